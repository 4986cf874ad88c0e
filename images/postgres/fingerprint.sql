-- All that the reader's role can change about itself, in one value.
SELECT md5(concat(
  (SELECT a::text FROM pg_authid a WHERE rolname = 'mcp_reader'),
  (SELECT array_agg(s::text ORDER BY s::text) FROM pg_db_role_setting s),
  (SELECT array_agg(d::text ORDER BY oid) FROM pg_default_acl d)));
