import type { Type } from '@nestjs/common';
import { TransformationType } from 'class-transformer';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage';
import { getMetadataStorage, ValidationTypes } from 'class-validator';

type Fields = Readonly<Record<string, unknown>>;
type Rule = (value: unknown, object: Fields) => boolean;
type Transformation = (value: unknown, sent: object) => unknown;

interface Field {
  readonly name: string;
  /** Whether class-transformer makes something of its value by a type. */
  readonly isTyped: boolean;
  /** What is made of the value that was sent, one after the other. */
  readonly transforms: readonly Transformation[];
  /** All of them hold, or the field is not looked at. */
  readonly conditions: readonly Rule[];
  readonly rules: readonly Rule[];
}

/**
 * Makes, from the very rules that class-validator and class-transformer have of a DTO, a check that only says yes: it
 * answers a body or a query as an instance of the DTO where each rule passes, and `undefined` where one does not or where
 * it cannot tell, as of one that holds another object. Then class-validator has its turn, and explains.
 */
export function quickCheckOf<T extends object>(dto: Type<T>): (sent: unknown) => T | undefined {
  const fields = fieldsOf(dto);
  if (fields === undefined) return () => undefined;
  const names = new Set(fields.flatMap(({ name, isTyped }) => (isTyped ? [] : [name])));
  const transformed = fields.filter(({ transforms }) => transforms.length > 0);
  return (sent) => {
    if (!isObject(sent) || Array.isArray(sent)) return undefined;
    for (const name of Object.keys(sent)) {
      if (!names.has(name) || holdsObject((sent as Fields)[name])) return undefined;
    }
    const made: Record<string, unknown> = { ...sent };
    for (const { name, transforms } of transformed) {
      if (!Object.hasOwn(made, name)) continue;
      for (const transform of transforms) made[name] = transform(made[name], sent);
    }
    // Defaults are checked too, as class-validator does.
    const instance = Object.assign(new dto(), made);
    return fields.every((field) => holds(field, instance as Fields)) ? instance : undefined;
  };
}

function holds({ name, conditions, rules }: Field, object: Fields): boolean {
  const value = object[name];
  return (
    !conditions.every((condition) => condition(value, object)) ||
    // A default that is an object is not looked into either.
    (!holdsObject(value) && rules.every((rule) => rule(value, object)))
  );
}

/** Whether it is an object, or a list that holds an object or a list. */
function holdsObject(value: unknown): boolean {
  return Array.isArray(value) ? value.some(isObject) : isObject(value);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** `undefined` where the DTO has no rules, or one of a kind that is not known here. */
function fieldsOf(dto: Type<object>): readonly Field[] | undefined {
  if (defaultMetadataStorage.getExposedMetadatas(dto).length > 0) return undefined;
  if (defaultMetadataStorage.getExcludedMetadatas(dto).length > 0) return undefined;
  const fields = new Map<string, Field & { conditions: Rule[]; rules: Rule[] }>();
  const storage = getMetadataStorage();
  const metadata = storage.getTargetValidationMetadatas(dto, '', false, false);
  for (const { propertyName: name, type, each, ...rule } of metadata) {
    const { constraintCls, constraints, validateIf } = rule;
    const typed = defaultMetadataStorage.findTypeMetadata(dto, name) as object | undefined;
    const field = fields.get(name) ?? {
      name,
      isTyped: typed !== undefined,
      transforms: transformsOf(dto, name),
      conditions: [],
      rules: [],
    };
    fields.set(name, field);
    switch (type) {
      case ValidationTypes.WHITELIST:
        break;
      case ValidationTypes.CONDITIONAL_VALIDATION: {
        const isLookedAt = constraints[0] as (object: object, value: unknown) => boolean;
        field.conditions.push((value, object) => isLookedAt(object, value));
        break;
      }
      case ValidationTypes.NESTED_VALIDATION:
        field.rules.push(() => false);
        break;
      case ValidationTypes.CUSTOM_VALIDATION: {
        if (validateIf !== undefined) return undefined;
        for (const { instance } of storage.getTargetValidatorConstraints(constraintCls)) {
          const of = { targetName: dto.name, property: name, constraints };
          field.rules.push((value, object) => {
            const passes = (one: unknown) =>
              instance.validate(one, { ...of, value, object }) === true;
            return each && Array.isArray(value) ? value.every(passes) : passes(value);
          });
        }
        break;
      }
      default:
        return undefined;
    }
  }
  return fields.size === 0 ? undefined : [...fields.values()];
}

function transformsOf(dto: Type<object>, key: string): readonly Transformation[] {
  const type = TransformationType.PLAIN_TO_CLASS;
  return defaultMetadataStorage
    .findTransformMetadatas(dto, key, type)
    .filter(({ options }) => (options.groups ?? []).length === 0)
    .map(({ transformFn }) => {
      return (value, obj) => transformFn({ value, key, obj, type, options: {} }) as unknown;
    });
}
