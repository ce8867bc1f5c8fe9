import { startLocalAws } from "./local-aws.ts";

const { env } = process;
const port = (name: string) => Number(env[name] ?? "0");

try {
  const aws = await startLocalAws({
    host: env.LOCAL_AWS_HOST ?? "127.0.0.1",
    sqsS3Port: port("LOCAL_AWS_SQS_S3_PORT"),
    dynamodbPort: port("LOCAL_AWS_DYNAMODB_PORT"),
    s3Folder: env.LOCAL_AWS_S3_FOLDER ?? ".weft/s3",
  });
  const stop = () => {
    void aws.close().then(() => process.exit(0));
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  process.stdout.write(`${JSON.stringify({ event: "listening", ...aws.endpoints })}\n`);
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`SQS, S3 and DynamoDB cannot start: ${reason}\n`);
  process.exit(1);
}
