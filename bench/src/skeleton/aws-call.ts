/** The embedded servers look at the form of a signature, and not at what is signed. */
const HEADERS = {
  authorization:
    "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/x/aws4_request, SignedHeaders=host, Signature=0",
  "x-amz-date": "20260101T000000Z",
};

/** One request of an AWS API that speaks JSON, without an SDK. @param target such as `AmazonSQS.SendMessage` */
export async function callAws<T>(url: string, target: string, body: unknown): Promise<T> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      ...HEADERS,
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": target,
    },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${target} was answered ${response.status}: ${text}`);
  return (text === "" ? {} : JSON.parse(text)) as T;
}
