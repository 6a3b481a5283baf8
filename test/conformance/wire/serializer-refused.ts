/** The router is there, but does not speak this serializer on this transport. */
export class SerializerRefused extends Error {
  override readonly name = 'SerializerRefused';
  readonly code = 'ERR_SERIALIZER_REFUSED';
}
