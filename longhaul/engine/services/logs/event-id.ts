/** The id of a stored event, the same in every answer and delivery. */
export const eventId = ({ timestamp, id }: { timestamp: number; id: number }): string =>
  `${timestamp}${String(id).padStart(20, '0')}`;
