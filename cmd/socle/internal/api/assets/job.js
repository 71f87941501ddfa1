// The page of a job that is under way: it follows it, and can dismiss it.
const job = document.getElementById("job"), path = job.dataset.path, button = document.getElementById("dismiss");

async function follow() {
  const answer = await fetch(path, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const { status, progress } = await answer.json();
  if (status !== "accepted" && status !== "running") { location.reload(); return; }
  job.querySelector("progress").value = progress;
  document.getElementById("percent").textContent = `${progress} %`;
  setTimeout(follow, 1000);
}

button.hidden = false;
button.addEventListener("click", async () => {
  button.disabled = true;
  await fetch(path, { method: "DELETE" });
  location.reload();
});
setTimeout(follow, 1000);
