import { ValidationPipe, type ValidationError } from '@nestjs/common';
import { ProblemError, type FieldProblem } from './problems';

/** Checks bodies and queries against their DTOs: every broken field is named, unknown ones too. */
export function validationPipe(): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    stopAtFirstError: true,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => {
      const fields = errors.flatMap((error) => fieldProblems(error, ''));
      const allUnknown = fields.every(({ code }) => code === 'field-unknown');
      return new ProblemError(allUnknown ? 'field-unknown' : 'field-invalid', undefined, fields);
    },
  });
}

function fieldProblems(error: ValidationError, parent: string): FieldProblem[] {
  const pointer = `${parent}/${error.property.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const own = Object.entries(error.constraints ?? {}).map(([constraint, detail]) =>
    constraint === 'whitelistValidation'
      ? ({ pointer, detail: 'There is no such field.', code: 'field-unknown' } as const)
      : ({ pointer, detail: `${detail}.`, code: 'field-invalid' } as const),
  );
  return [...own, ...(error.children ?? []).flatMap((child) => fieldProblems(child, pointer))];
}
