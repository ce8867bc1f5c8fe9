/** ECR of the account that builds; the only account id that manifests carry. */
export const registry = "000000000000.dkr.ecr.eu-west-1.amazonaws.com/weft";

/** Where metrics and logs go. The user ids and the token come from a secret. */
export const grafanaCloud = {
  metricsUrl: "https://prometheus-prod-01-eu-west-0.grafana.net/api/prom/push",
  logsUrl: "https://logs-prod-eu-west-0.grafana.net/loki/api/v1/push",
};

/** What Argo CD follows. */
export const repository = { repositoryUrl: "https://github.com/weft-finance/weft-backend.git" };
