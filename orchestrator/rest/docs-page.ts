// The page at /docs. Its script is a file of its own: the page's policy allows no inline script.

/** @param prefix path of the public URL */
export const docsHtml = (prefix: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>dind-mcp API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${prefix}/docs/swagger-ui.css">
</head>
<body>
<div id="api"></div>
<script src="${prefix}/docs/swagger-ui-bundle.js"></script>
<script src="${prefix}/docs/init.js"></script>
</body>
</html>
`;

export const docsScript = (prefix: string): string =>
  `SwaggerUIBundle({ url: "${prefix}/openapi.json", dom_id: "#api", deepLinking: true, validatorUrl: null });
`;
