-- What auditors query: views with names and columns that stay, over the log as it stands.
--
-- docs/audit.md explains every column, and a test holds the two equal. No view tells who a person
-- is or where an account lies, and none tells beside one finding for or against whom it was:
-- findings can be listed by rule, time and agency, never by candidate, party or side.
--
-- A case may be named (NTR-...), a person's reference may not: other subjects are left out.
-- Each statement ends with a semicolon at the end of a line.

CREATE VIEW audit_entry AS
SELECT l.seq, l.at, l.kind,
  CASE WHEN l.subject GLOB 'NTR-????-????' THEN l.subject ELSE '' END AS finding_id,
  CAST(l.canonical AS TEXT) ->> '$.public' AS public,
  (SELECT group_concat(key, ',') FROM json_each(CAST(l.canonical AS TEXT), '$.content'))
    AS contents,
  (SELECT group_concat(key, ',') FROM json_each(CAST(l.canonical AS TEXT), '$.files')) AS files,
  lower(hex(l.hash)) AS hash
FROM log l;

CREATE VIEW audit_finding AS
SELECT l.seq, f.finding_id, f.revision_no, l.at AS recorded_at,
  CAST(l.canonical AS TEXT) ->> '$.public.first_seen_at' AS first_seen_at,
  (SELECT CAST(c.body AS TEXT) ->> '$.activity.occurred_at'
    FROM content c WHERE c.seq = l.seq AND c.name = 'finding') AS occurred_at,
  f.outcome,
  CAST(l.canonical AS TEXT) ->> '$.public.platform' AS platform,
  CAST(l.canonical AS TEXT) ->> '$.public.signal' AS signal,
  (SELECT group_concat(value ->> '$.id', ',')
    FROM json_each(CAST(l.canonical AS TEXT), '$.public.rules')) AS rules,
  (SELECT CAST(c.body AS TEXT) ->> '$.level'
    FROM content c WHERE c.seq = l.seq AND c.name = 'finding') AS level,
  (SELECT CAST(c.body AS TEXT) ->> '$.phase'
    FROM content c WHERE c.seq = l.seq AND c.name = 'finding') AS phase,
  (SELECT CAST(c.body AS TEXT) ->> '$.instansi'
    FROM content c WHERE c.seq = l.seq AND c.name = 'watch') AS instansi,
  (SELECT CAST(c.body AS TEXT) ->> '$.employer_type'
    FROM content c WHERE c.seq = l.seq AND c.name = 'watch') AS employer_type,
  CAST(l.canonical AS TEXT) ->> '$.public.ruleset' AS ruleset,
  CAST(l.canonical AS TEXT) ->> '$.public.collector' AS collector,
  CAST(l.canonical AS TEXT) ->> '$.public.collector_version' AS collector_version,
  CAST(l.canonical AS TEXT) ->> '$.public.partial' AS partial,
  CAST(l.canonical AS TEXT) ->> '$.public.proof' AS proof,
  EXISTS (SELECT 1
    FROM content c WHERE c.seq = l.seq AND c.name = 'finding') AS kept
FROM finding f JOIN log l ON l.seq = f.seq;

CREATE VIEW audit_rule_hit AS
SELECT l.seq, f.finding_id, r.value ->> '$.id' AS rule,
  r.value ->> '$.revision' AS revision, f.outcome, l.at AS recorded_at,
  (SELECT CAST(c.body AS TEXT) ->> '$.instansi'
    FROM content c WHERE c.seq = l.seq AND c.name = 'watch') AS instansi
FROM finding f JOIN log l ON l.seq = f.seq
  JOIN json_each(CAST(l.canonical AS TEXT), '$.public.rules') r;

CREATE VIEW audit_evidence AS
SELECT l.seq,
  CASE WHEN l.subject GLOB 'NTR-????-????' THEN l.subject ELSE '' END AS finding_id,
  l.kind, l.at AS recorded_at, e.key AS name,
  e.value ->> '$.media_type' AS media_type, e.value ->> '$.size' AS size,
  e.value ->> '$.commitment' AS commitment,
  EXISTS (SELECT 1 FROM snapshot s WHERE s.seq = l.seq AND s.name = e.key) AS kept
FROM log l JOIN json_each(CAST(l.canonical AS TEXT), '$.files') e;

CREATE VIEW audit_delivery AS
SELECT l.seq, l.subject AS finding_id,
  CAST(l.canonical AS TEXT) ->> '$.public.finding_seq' AS finding_seq, l.at,
  CAST(l.canonical AS TEXT) ->> '$.public.accepted_at' AS accepted_at,
  CAST(l.canonical AS TEXT) ->> '$.public.notifier' AS notifier,
  CAST(l.canonical AS TEXT) ->> '$.public.attempt' AS attempt,
  CAST(l.canonical AS TEXT) ->> '$.public.result' AS result,
  round((julianday(CAST(l.canonical AS TEXT) ->> '$.public.accepted_at') - julianday(t.at)) * 86400.0, 1) AS delay_seconds
FROM log l LEFT JOIN log t ON t.seq = CAST(l.canonical AS TEXT) ->> '$.public.finding_seq'
WHERE l.kind = 'delivery';

CREATE VIEW audit_decision AS
SELECT l.seq, l.at,
  CASE WHEN l.subject GLOB 'NTR-????-????' THEN l.subject ELSE '' END AS finding_id,
  CAST(l.canonical AS TEXT) ->> '$.public.step' AS step,
  CAST(l.canonical AS TEXT) ->> '$.public.path' AS path,
  CAST(l.canonical AS TEXT) ->> '$.public.officer' AS officer,
  (SELECT CAST(c.body AS TEXT) ->> '$.role'
    FROM content c WHERE c.seq = l.seq AND c.name = 'review') AS role
FROM log l WHERE l.kind = 'review';

CREATE VIEW audit_state AS
SELECT l.seq, l.at,
  CASE WHEN l.subject GLOB 'NTR-????-????' THEN l.subject ELSE '' END AS finding_id,
  CAST(l.canonical AS TEXT) ->> '$.public.state' AS state,
  CAST(l.canonical AS TEXT) ->> '$.public.revision_no' AS revision_no
FROM log l WHERE l.kind = 'state';

CREATE VIEW audit_erasure AS
SELECT l.seq, l.at, l.kind AS action,
  CASE WHEN l.subject GLOB 'NTR-????-????' THEN l.subject ELSE '' END AS finding_id,
  coalesce(CAST(l.canonical AS TEXT) ->> '$.public.ground', CAST(l.canonical AS TEXT) ->> '$.public.cause') AS ground,
  CAST(l.canonical AS TEXT) ->> '$.public.office' AS office,
  CAST(l.canonical AS TEXT) ->> '$.public.reference' AS reference,
  CAST(l.canonical AS TEXT) ->> '$.public.schedule' AS schedule,
  json_array_length(CAST(l.canonical AS TEXT), '$.public.erased') AS pieces,
  CAST(l.canonical AS TEXT) ->> '$.public.held' AS held
FROM log l WHERE l.kind IN ('erasure', 'hold', 'rectification');

-- An alarm's key may name a register line: of it, only what sort of alarm and which platform.
CREATE VIEW audit_coverage_gap AS
WITH alarm_entry AS (
  SELECT l.seq, l.at,
  CAST(l.canonical AS TEXT) ->> '$.public.state' AS state,
  (SELECT CAST(c.body AS TEXT) ->> '$.key'
    FROM content c WHERE c.seq = l.seq) AS key
  FROM log l WHERE l.kind = 'alarm'
), paired AS (
  SELECT seq, at, state, key,
    lead(at) OVER (PARTITION BY key ORDER BY seq) AS over_at
  FROM alarm_entry
)
SELECT seq, at AS started_at,
  CASE WHEN key IS NOT NULL THEN over_at END AS ended_at,
  CASE WHEN key IS NOT NULL THEN round((julianday(over_at) - julianday(at)) * 86400.0, 1) END AS seconds,
  CASE WHEN instr(key, ':') THEN substr(key, 1, instr(key, ':') - 1) ELSE key END AS kind,
  CASE WHEN key LIKE 'stale:%' OR key LIKE 'blocked:%' OR key LIKE 'auth:%'
    THEN substr(key, instr(key, ':') + 1) ELSE '' END AS platform
FROM paired WHERE state = 'raised';

CREATE VIEW audit_register_change AS
SELECT l.seq, l.at,
  CAST(l.canonical AS TEXT) ->> '$.public.change' AS change,
  CAST(l.canonical AS TEXT) ->> '$.public.lines' AS lines,
  (SELECT CAST(c.body AS TEXT) ->> '$.who'
    FROM content c WHERE c.seq = l.seq AND c.name = 'by') AS who
FROM log l WHERE l.kind = 'register';

CREATE VIEW audit_rule_change AS
SELECT l.seq, l.at, l.kind,
  CASE l.kind WHEN 'rule' THEN l.subject ELSE '' END AS rule,
  coalesce(CAST(l.canonical AS TEXT) ->> '$.public.action',
  CAST(l.canonical AS TEXT) ->> '$.public.cause') AS action,
  CAST(l.canonical AS TEXT) ->> '$.public.revision' AS revision,
  coalesce(CAST(l.canonical AS TEXT) ->> '$.public.new',
  CAST(l.canonical AS TEXT) ->> '$.public.ruleset') AS ruleset,
  CAST(l.canonical AS TEXT) ->> '$.public.old' AS before,
  (SELECT group_concat(key, ',') FROM json_each(CAST(l.canonical AS TEXT), '$.public.changed'))
    AS changed,
  (SELECT CAST(c.body AS TEXT) ->> '$.who'
    FROM content c WHERE c.seq = l.seq AND c.name = 'by') AS who,
  (SELECT CAST(c.body AS TEXT) ->> '$.reason'
    FROM content c WHERE c.seq = l.seq AND c.name = 'by') AS reason
FROM log l WHERE l.kind IN ('rule', 'ruleset');

CREATE VIEW audit_config_change AS
SELECT l.seq, l.at, l.subject AS topic,
  CAST(l.canonical AS TEXT) ->> '$.public.mode' AS mode,
  CAST(l.canonical AS TEXT) ->> '$.public.before' AS before,
  CAST(l.canonical AS TEXT) ->> '$.public.until' AS until,
  (SELECT CAST(c.body AS TEXT) ->> '$.who'
    FROM content c WHERE c.seq = l.seq AND c.name = 'decision') AS who,
  (SELECT CAST(c.body AS TEXT) ->> '$.why'
    FROM content c WHERE c.seq = l.seq AND c.name = 'decision') AS reason
FROM log l WHERE l.kind = 'governance' AND (l.subject = 'mode' OR l.subject LIKE 'contest/%');

CREATE VIEW audit_attestation AS
SELECT l.seq, l.at, l.subject AS document,
  CAST(l.canonical AS TEXT) ->> '$.public.version' AS version,
  CAST(l.canonical AS TEXT) ->> '$.public.sha256' AS sha256,
  (SELECT CAST(c.body AS TEXT) ->> '$.who'
    FROM content c WHERE c.seq = l.seq AND c.name = 'decision') AS who,
  (SELECT CAST(c.body AS TEXT) ->> '$.why'
    FROM content c WHERE c.seq = l.seq AND c.name = 'decision') AS reason
FROM log l
WHERE l.kind = 'governance' AND NOT (l.subject = 'mode' OR l.subject LIKE 'contest/%');

CREATE VIEW audit_platform_right AS
SELECT l.seq, l.at,
  coalesce(CAST(l.canonical AS TEXT) ->> '$.public.collector',
    CAST(l.canonical AS TEXT) ->> '$.public.platform') AS platform,
  CAST(l.canonical AS TEXT) ->> '$.public.state' AS action,
  CAST(l.canonical AS TEXT) ->> '$.public.expires' AS until,
  CAST(l.canonical AS TEXT) ->> '$.public.number' AS ended_seq,
  (SELECT CAST(c.body AS TEXT) ->> '$.server'
    FROM content c WHERE c.seq = l.seq AND c.name = 'by') AS server,
  (SELECT CAST(c.body AS TEXT) ->> '$.document'
    FROM content c WHERE c.seq = l.seq AND c.name = 'by') AS document,
  (SELECT CAST(c.body AS TEXT) ->> '$.who'
    FROM content c WHERE c.seq = l.seq AND c.name = 'by') AS who,
  (SELECT CAST(c.body AS TEXT) ->> '$.why'
    FROM content c WHERE c.seq = l.seq AND c.name = 'by') AS reason
FROM log l WHERE l.kind IN ('attestation', 'platform');

CREATE VIEW audit_role_change AS
SELECT l.seq, l.at, l.subject AS officer,
  CAST(l.canonical AS TEXT) ->> '$.public.action' AS action,
  CAST(l.canonical AS TEXT) ->> '$.public.role' AS role,
  CAST(l.canonical AS TEXT) ->> '$.public.from' AS first_day,
  CAST(l.canonical AS TEXT) ->> '$.public.until' AS last_day,
  (SELECT CAST(c.body AS TEXT) ->> '$.who'
    FROM content c WHERE c.seq = l.seq AND c.name = 'by') AS who
FROM log l WHERE l.kind = 'role';

CREATE VIEW audit_mute AS
SELECT l.seq, l.at, l.subject AS mute,
  CAST(l.canonical AS TEXT) ->> '$.public.action' AS action,
  CAST(l.canonical AS TEXT) ->> '$.public.scope' AS scope,
  CAST(l.canonical AS TEXT) ->> '$.public.until' AS until,
  CAST(l.canonical AS TEXT) ->> '$.public.officer' AS officer
FROM log l WHERE l.kind = 'mute';

CREATE VIEW audit_reading AS
SELECT l.seq, l.at,
  CASE l.kind WHEN 'reading' THEN CAST(l.canonical AS TEXT) ->> '$.public.command' ELSE l.kind END
    AS command,
  CASE WHEN l.subject GLOB 'NTR-????-????' THEN l.subject ELSE '' END AS finding_id,
  (SELECT CAST(c.body AS TEXT) ->> '$.who'
    FROM content c WHERE c.seq = l.seq AND c.name = 'by') AS who,
  CAST(l.canonical AS TEXT) ->> '$.public' AS public
FROM log l WHERE l.kind IN ('reading', 'export', 'card', 'backup');

-- A time stamp vouches for every seal before its own. The last row is what no seal covers yet.
CREATE VIEW audit_seal_span AS
SELECT s.seq,
  CAST(s.canonical AS TEXT) ->> '$.number' AS number,
  CAST(s.canonical AS TEXT) ->> '$.first' AS first_entry,
  CAST(s.canonical AS TEXT) ->> '$.seq' AS last_entry,
  CAST(s.canonical AS TEXT) ->> '$.at' AS sealed_at,
  CAST(s.canonical AS TEXT) ->> '$.key' AS key,
  (SELECT l.subject FROM stamp t JOIN log l ON l.seq = t.seq WHERE t.seal >= s.seq
    ORDER BY t.seq LIMIT 1) AS authority,
  (SELECT CAST(l.canonical AS TEXT) ->> '$.public.time' FROM stamp t JOIN log l ON l.seq = t.seq WHERE t.seal >= s.seq
    ORDER BY t.seq LIMIT 1) AS stamped_at,
  CASE WHEN EXISTS (SELECT 1 FROM stamp t WHERE t.seal >= s.seq)
    THEN 'stamped' ELSE 'signed' END AS state
FROM seal s
UNION ALL
SELECT NULL, NULL, min(l.seq), max(l.seq), NULL, NULL, NULL, NULL, 'open'
FROM log l WHERE l.seq >= (SELECT coalesce(max(seq), 1) FROM seal) HAVING count(*) > 0;

-- Told from ten persons on, and rounded down to tens, so that the counts of two days do not tell
-- who came between.
CREATE VIEW audit_target_count AS
SELECT t.value AS target, count(*) / 10 * 10 AS findings_at_least
FROM finding f
  JOIN content c ON c.seq = f.seq AND c.name = 'finding'
  JOIN content w ON w.seq = f.seq AND w.name = 'watch'
  JOIN json_each(CAST(c.body AS TEXT), '$.targets') t
WHERE f.revision_no = 1
GROUP BY t.value
HAVING count(DISTINCT CAST(w.body AS TEXT) ->> '$.person_ref') >= 10;

CREATE VIEW audit_untold AS
SELECT f.seq, f.finding_id, f.revision_no, f.outcome, l.at AS recorded_at
FROM finding f JOIN log l ON l.seq = f.seq
WHERE f.seq NOT IN (SELECT finding_seq FROM audit_delivery
  WHERE result = 'accepted' AND finding_seq IS NOT NULL);

CREATE VIEW audit_finding_number AS
SELECT row_number() OVER (ORDER BY seq) AS number, seq FROM finding;

-- Sums by month: what reports are made of.
CREATE VIEW audit_kind_month AS
SELECT substr(at, 1, 7) AS month, kind, count(*) AS entries FROM audit_entry GROUP BY 1, 2;

CREATE VIEW audit_outcome_month AS
SELECT substr(recorded_at, 1, 7) AS month, outcome, platform, signal, count(*) AS findings, sum(partial) AS partial
FROM audit_finding GROUP BY 1, 2, 3, 4;

CREATE VIEW audit_rule_month AS
SELECT substr(recorded_at, 1, 7) AS month, rule, outcome, count(*) AS findings FROM audit_rule_hit GROUP BY 1, 2, 3;

CREATE VIEW audit_instansi_month AS
SELECT substr(recorded_at, 1, 7) AS month, instansi, outcome, count(*) AS findings FROM audit_finding GROUP BY 1, 2, 3;

CREATE VIEW audit_delivery_month AS
SELECT substr(at, 1, 7) AS month, notifier, result, count(*) AS deliveries,
  round(avg(delay_seconds), 1) AS mean_seconds, max(delay_seconds) AS longest_seconds
FROM audit_delivery GROUP BY 1, 2, 3;
