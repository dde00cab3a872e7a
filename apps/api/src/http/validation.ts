import {
  ValidationPipe,
  type ArgumentMetadata,
  type PipeTransform,
  type Type,
  type ValidationError,
} from '@nestjs/common';
import { getMetadataStorage } from 'class-validator';
import { ProblemError, type FieldProblem } from './problems';
import { quickCheckOf } from './quick-check';

rememberRules();

/** Checks bodies and queries against their DTOs: every broken field is named, unknown ones too. */
export function validationPipe(): PipeTransform {
  return new QuickValidationPipe();
}

/** The same by class-validator alone, which has the last word. */
export function explainingPipe(): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    stopAtFirstError: true,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) =>
      fieldsProblem(errors.flatMap((error) => fieldProblems(error, ''))),
  });
}

/** Lets bodies and queries pass at once that obviously may, and what there is nothing to check of. */
class QuickValidationPipe implements PipeTransform {
  readonly #explaining = explainingPipe();
  readonly #checks = new Map<Type<object>, (sent: unknown) => object | undefined>();

  /** The value, or its promise: Nest waits for either, and less for the first. */
  transform(value: unknown, metadata: ArgumentMetadata): unknown {
    const { type, metatype } = metadata;
    // What decorators of our own give to a method, such as the exchange, nobody sent.
    if (type === 'custom') return value;
    if (type === 'param' && metatype === String) return value;
    const isChecked = metatype !== undefined && type !== 'param';
    const quick = isChecked ? this.#quickCheck(metatype as Type<object>)(value) : undefined;
    return quick ?? this.#explaining.transform(value, metadata);
  }

  #quickCheck(dto: Type<object>): (sent: unknown) => object | undefined {
    const known = this.#checks.get(dto);
    if (known !== undefined) return known;
    const check = quickCheckOf(dto);
    this.#checks.set(dto, check);
    return check;
  }
}

/** The problem of a request with these broken fields. */
export function fieldsProblem(fields: readonly FieldProblem[]): ProblemError {
  const allUnknown = fields.every(({ code }) => code === 'field-unknown');
  return new ProblemError(allUnknown ? 'field-unknown' : 'field-invalid', undefined, fields);
}

/**
 * An object inside a body as the DTO that it must be; without one, it must be empty.
 * @throws ProblemError that names the broken fields by pointers into this object.
 */
export async function validated(
  dto: Type<object> | undefined,
  value: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  if (dto !== undefined) return PIPE.transform(value, { type: 'body', metatype: dto });
  const fields = Object.keys(value).map((name) => unknownField('', name));
  if (fields.length > 0) throw fieldsProblem(fields);
  return value;
}

const PIPE = validationPipe();

function fieldProblems(error: ValidationError, parent: string): FieldProblem[] {
  const pointer = pointerTo(parent, error.property);
  const own = Object.entries(error.constraints ?? {}).map(([constraint, detail]) =>
    constraint === 'whitelistValidation'
      ? unknownField(parent, error.property)
      : ({ pointer, detail: `${detail}.`, code: 'field-invalid' } as const),
  );
  return [...own, ...(error.children ?? []).flatMap((child) => fieldProblems(child, pointer))];
}

/**
 * class-validator gathers a class's rules anew for each object that it checks, from the rules of all classes. They are
 * there once the classes are, so each class's are gathered once. Nothing here checks by schema or group.
 */
function rememberRules(): void {
  const storage = getMetadataStorage();
  const gather = storage.getTargetValidationMetadatas.bind(storage);
  const known = new Map<unknown, ReturnType<typeof gather>>();
  storage.getTargetValidationMetadatas = (target, ...rest) => {
    const rules = known.get(target) ?? gather(target, ...rest);
    known.set(target, rules);
    return rules;
  };
}

/** What is said of a field that there is none of; `parent` is the pointer to what holds it. */
export function unknownField(parent: string, name: string): FieldProblem {
  const detail = 'There is no such field.';
  return { pointer: pointerTo(parent, name), detail, code: 'field-unknown' };
}

/** JSON Pointer to what `parent` holds under that name, escaped as RFC 6901, section 3, says. */
export function pointerTo(parent: string, name: string): string {
  return `${parent}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
