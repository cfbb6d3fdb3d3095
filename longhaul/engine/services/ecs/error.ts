import { ServiceError } from '../../endpoint/service.ts';

export function invalidParameter(message: string): ServiceError {
  return new ServiceError('InvalidParameterException', message);
}

export function clientException(message: string): ServiceError {
  return new ServiceError('ClientException', message);
}
