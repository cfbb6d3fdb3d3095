/** As whom the function acts. */
export const handler = async () => process.env.AWS_ACCESS_KEY_ID;
