-- How every figure of a report is counted again, with nothing that the report counts with.
--
-- A statement begins with its name and ends with a semicolon; "@name" stands for another one.
-- Nearly all ask the auditors' views (views.sql), so that an auditor's copy answers too.
-- :pertama and :terakhir are the report's first and last entry, :nilai is the row's name,
-- :instansi the agency that the report is limited to, or ''.

-- Which cases belong to a row (@row): by the newest revision that says something. SQLite takes the
-- other columns of a max from the row that holds it.
-- name: scope
SELECT finding_id FROM (
  SELECT finding_id, instansi, level, platform, rules, max(seq) FROM audit_finding
  WHERE seq <= :terakhir AND outcome <> 'none' GROUP BY finding_id)
WHERE :instansi IN ('', instansi) AND @row;
-- name: row.
1;
-- name: row.instansi
coalesce(instansi, '') = :nilai;
-- name: row.lain
coalesce(instansi, '') IN (SELECT value FROM json_each(:nilai));
-- name: row.aturan
instr(',' || rules || ',', ',' || :nilai || ',') > 0;
-- name: row.tingkat
coalesce(level, '') = :nilai;
-- name: row.platform
platform = :nilai;

-- name: span
seq BETWEEN :pertama AND :terakhir;
-- name: dismissing
('bukan_akunnya', 'diperbolehkan', 'bukti_tidak_cukup');
-- name: closing
('bukan_akunnya', 'diperbolehkan', 'bukti_tidak_cukup', 'diteruskan');
-- name: open
('menunggu', 'dikerjakan');

-- How each case stands behind entry @to.
-- name: stands
SELECT f.finding_id, CASE
  WHEN e.finding_id IS NOT NULL THEN 'isi_dihapus' WHEN f.outcome = 'none' THEN 'dikoreksi'
  WHEN s.step IN @dismissing THEN 'dihentikan' WHEN s.step = 'diteruskan' THEN 'diteruskan'
  WHEN l.step IS NULL OR l.step = 'dibuka_kembali' THEN 'menunggu' ELSE 'dikerjakan'
  END AS keadaan
FROM (SELECT finding_id, outcome, max(seq) FROM audit_finding
  WHERE seq <= @to GROUP BY finding_id) AS f
LEFT JOIN (SELECT DISTINCT finding_id FROM audit_erasure
  WHERE action = 'erasure' AND seq <= @to) AS e ON e.finding_id = f.finding_id
LEFT JOIN (SELECT finding_id, step, max(seq) FROM audit_decision
  WHERE seq <= @to AND (step IN @closing OR step = 'dibuka_kembali')
  GROUP BY finding_id) AS s ON s.finding_id = f.finding_id
LEFT JOIN (SELECT finding_id, step, max(seq) FROM audit_decision
  WHERE seq <= @to GROUP BY finding_id) AS l ON l.finding_id = f.finding_id;

-- name: column.indikasi
SELECT count(*) FROM audit_finding
WHERE revision_no = 1 AND @span AND finding_id IN (@scope);
-- name: column.peringatan
SELECT count(*) FROM audit_finding
WHERE revision_no = 1 AND outcome = 'alert' AND @span AND finding_id IN (@scope);
-- name: column.tinjauan
SELECT count(*) FROM audit_finding
WHERE revision_no = 1 AND outcome = 'review' AND @span AND finding_id IN (@scope);
-- name: column.disampaikan
SELECT count(*) FROM (@told) WHERE @span AND finding_id IN (@scope);
-- name: column_step
SELECT count(DISTINCT finding_id) FROM audit_decision
WHERE step = '@step' AND @span AND finding_id IN (@scope);
-- name: column.dikoreksi
SELECT count(DISTINCT finding_id) FROM audit_finding
WHERE outcome = 'none' AND @span AND finding_id IN (@scope);
-- name: column.terbuka
SELECT count(*) FROM (@now) WHERE keadaan IN @open AND finding_id IN (@scope);
-- name: column.menunggu
SELECT count(*) FROM (@now) WHERE keadaan = 'menunggu' AND finding_id IN (@scope);

-- Open cases of which somebody was told, since they were last opened, that a term had passed.
-- name: column.lewat_tenggat
SELECT count(DISTINCT finding_id) FROM (
  SELECT r.finding_id FROM audit_entry AS r
  LEFT JOIN (SELECT finding_id, max(seq) AS seq FROM audit_decision
    WHERE step = 'dibuka_kembali' AND seq <= :terakhir GROUP BY finding_id) AS o
    ON o.finding_id = r.finding_id
  WHERE r.kind = 'reminder' AND r.public ->> '$.stage' = 'lewat'
    AND r.public ->> '$.term' <> 'antrean' AND r.seq BETWEEN coalesce(o.seq, 0) AND :terakhir)
WHERE finding_id IN (SELECT finding_id FROM (@now) WHERE keadaan IN @open)
  AND finding_id IN (@scope);

-- name: path
SELECT count(DISTINCT finding_id) FROM audit_decision
WHERE step = 'diteruskan' AND path = :nilai AND @span AND finding_id IN (@scope);
-- name: closing_last
SELECT count(*) FROM (SELECT finding_id, step, max(seq) FROM audit_decision
  WHERE step IN @closing AND @span GROUP BY finding_id)
WHERE step = :nilai AND finding_id IN (@scope);

-- name: closed_count
SELECT count(DISTINCT finding_id) FROM audit_decision
WHERE step IN @closing AND @span AND finding_id IN (@scope);
-- name: false_share
SELECT avg(step IN ('bukan_akunnya', 'diperbolehkan'))
FROM (SELECT finding_id, step, max(seq) FROM audit_decision
  WHERE step IN @closing AND @span GROUP BY finding_id)
WHERE finding_id IN (@scope);

-- name: moves
SELECT count(*) FROM (@now) AS kini LEFT JOIN (@then) AS dulu USING (finding_id)
WHERE finding_id IN (@scope);
-- name: known
(dulu.keadaan IS NULL OR dulu.keadaan IN @open);
-- name: flow.terbuka_awal
@moves AND dulu.keadaan IN @open;
-- name: flow.baru
@moves AND dulu.keadaan IS NULL;
-- name: flow.dibuka_kembali
@moves AND kini.keadaan IN @open AND NOT @known;
-- name: flow.dihentikan
@moves AND kini.keadaan = 'dihentikan' AND @known;
-- name: flow.diteruskan
@moves AND kini.keadaan = 'diteruskan' AND @known;
-- name: flow.dikoreksi
@moves AND kini.keadaan = 'dikoreksi' AND @known;
-- name: flow.isi_dihapus
@moves AND kini.keadaan = 'isi_dihapus' AND @known;
-- name: flow.terbuka_akhir
@moves AND kini.keadaan IN @open;

-- What begins and ends a wait: each the first of its case.
-- name: seen
SELECT finding_id, first_seen_at AS pada, seq FROM audit_finding WHERE revision_no = 1;
-- name: told
SELECT finding_id, accepted_at AS pada, min(seq) AS seq FROM audit_delivery
WHERE result = 'accepted' GROUP BY finding_id;
-- name: taken
SELECT finding_id, at AS pada, min(seq) AS seq FROM audit_decision
WHERE step = 'diambil' GROUP BY finding_id;
-- name: answered
SELECT finding_id, at AS pada, min(seq) AS seq FROM audit_decision
WHERE step = 'dijawab' GROUP BY finding_id;
-- name: closed
SELECT finding_id, at AS pada, min(seq) AS seq FROM audit_decision
WHERE step IN @closing GROUP BY finding_id;
-- name: waited
SELECT max(0, (julianday(b.pada) - julianday(a.pada)) * 24) AS jam
FROM (@since) AS a JOIN (@until) AS b ON b.finding_id = a.finding_id AND b.seq > a.seq
WHERE b.seq BETWEEN :pertama AND :terakhir AND b.finding_id IN (@scope);
-- name: wait_count
SELECT count(*) FROM (@waited);
-- name: wait
WITH jarak AS (@waited)
SELECT jam FROM jarak ORDER BY jam
LIMIT 1 OFFSET (SELECT max(0, (count(*) * :persen + 99) / 100 - 1) FROM jarak);

-- For or against whom a case speaks is in no view (docs/audit.md): asks the running database.
-- name: side
@column AND finding_id IN (
  SELECT v.finding_id FROM (SELECT finding_id, max(seq) AS seq FROM audit_finding
    WHERE seq <= :terakhir AND outcome <> 'none' GROUP BY finding_id) AS v
  JOIN content AS c ON c.seq = v.seq AND c.name = 'finding'
  JOIN json_each(CAST(c.body AS TEXT), '$.targets') AS t
  WHERE t.value IN (SELECT value FROM json_each(:sasaran)));

-- name: gap_times
SELECT count(*) FROM audit_coverage_gap
WHERE seq <= :terakhir AND kind = :jenis AND platform = :nilai
  AND started_at < :sampai AND coalesce(ended_at, :sampai) > :dari;
-- name: gap_hours
SELECT coalesce(sum((julianday(min(coalesce(ended_at, :sampai), :sampai))
  - julianday(max(started_at, :dari))) * 24), 0) FROM audit_coverage_gap
WHERE seq <= :terakhir AND kind = :jenis AND platform = :nilai
  AND started_at < :sampai AND coalesce(ended_at, :sampai) > :dari;
