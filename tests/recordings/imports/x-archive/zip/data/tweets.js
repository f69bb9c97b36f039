window.YTD.tweets.part0 = [
 {
  "tweet": {
   "retweeted": false,
   "id_str": "1990000000000000001",
   "id": "1990000000000000001",
   "created_at": "Fri Nov 20 16:00:00 +0000 2026",
   "full_text": "Kopi &amp; hujan. Ayo menangkan Prakasita-Anggrek, coblos nomor 2! 💪",
   "entities": {}
  }
 },
 {
  "tweet": {
   "retweeted": false,
   "id_str": "1990000000000000002",
   "in_reply_to_status_id_str": "1980000000000000009",
   "in_reply_to_user_id_str": "42",
   "in_reply_to_screen_name": "Calon_Rekaan",
   "created_at": "Fri Nov 20 17:00:00 +0000 2026",
   "full_text": "@Calon_Rekaan setuju"
  }
 },
 {
  "tweet": {
   "id_str": "1990000000000000003",
   "created_at": "kapan-kapan",
   "full_text": "tanpa waktu"
  }
 },
 {
  "tweet": {
   "id_str": "1990000000000000099",
   "created_at": "Fri Nov 20 16:00:00 +0000 2026",
   "full_text": "RT @Calon_Rekaan: Sabtu bersama kami di Lembayung",
   "retweeted": false
  }
 }
]
