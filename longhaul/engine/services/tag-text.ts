/** What ECS and Batch take as a tag's name, and as its value: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Tag.html */
export const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
