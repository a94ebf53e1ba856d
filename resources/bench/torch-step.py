"""The other side of `twelve-in-one bench`: the same ViLBERT, written with plain torch.nn, and the same training step.

One JSON request a line on stdin, one JSON answer a line on stdout: {"method", "params"} -> {"result"} or {"error"}.
  hello  {} -> {torch}
  make   {model, tasks, dropout, optimizer, threads, device, weights?} -> {torch, parameters, tensors}
  steps  {rounds} -> {ms, cpuMs, losses, perTask, peakBytes}; a round is one step of each task
  shapes {} -> {name: shape} of every parameter
Parameters have the names and layouts of the checkpoints, so that both sides can be compared. The model is in vilbert.py,
loss and optimizer are in update.py, batches in batches.py; here is the timing.
"""

import json
import resource
import sys
import time

sys.dont_write_bytecode = True  # the folder may be read-only, and holds sources alone

import torch

from batches import load_batch, random_batch
from update import Adamw, task_loss
from vilbert import Vilbert, load_weights


def peak_bytes(device):
    if device == "cuda":
        return torch.cuda.max_memory_reserved()
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used if sys.platform == "darwin" else used * 1024


class Bench:
    def hello(self, params):
        return {"torch": torch.__version__}

    def make(self, params):
        torch.set_num_threads(params["threads"])
        torch.manual_seed(1)
        self.device = params["device"]
        self.tasks = params["tasks"]
        model = Vilbert(params["model"], params["dropout"])
        if params.get("weights"):
            load_weights(model, params["weights"])
        self.model = model.to(self.device).train()
        self.optimizer = Adamw(self.model, params["optimizer"])
        generator = torch.Generator().manual_seed(1)
        self.batches = [load_batch(t["inputs"]) if "inputs" in t else random_batch(params["model"], t, generator) for t in self.tasks]
        parameters = list(self.model.parameters())
        device = torch.cuda.get_device_name() if self.device == "cuda" else f"CPU, {torch.get_num_threads()} threads"
        return {"torch": torch.__version__, "device": device, "parameters": sum(p.numel() for p in parameters), "tensors": len(parameters)}

    def step(self, task, held):
        """Upload, forward, backward, update, read the loss."""
        batch = {name: value.to(self.device, copy=True) for name, value in held.items()}
        self.model.zero_grad(set_to_none=True)
        loss = task_loss(self.model(batch, task), batch, task["objective"])
        (loss * task.get("lossScale", 1)).backward()
        self.optimizer.step()
        return loss.item()

    def steps(self, params):
        times, cpu, losses = [], [], []
        per_task = {task["task"]: [] for task in self.tasks}
        for _ in range(params["rounds"]):
            start, cpu_start = time.perf_counter(), time.process_time()
            for task, held in zip(self.tasks, self.batches):
                before = time.perf_counter()
                losses.append(self.step(task, held))
                per_task[task["task"]].append((time.perf_counter() - before) * 1000)
            times.append((time.perf_counter() - start) * 1000)
            cpu.append((time.process_time() - cpu_start) * 1000)
        return {"ms": times, "cpuMs": cpu, "losses": losses, "perTask": per_task, "peakBytes": peak_bytes(self.device)}

    def shapes(self, params):
        return {name: list(p.shape) for name, p in self.model.named_parameters()}


def main():
    bench = Bench()
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"result": getattr(bench, request["method"])(request["params"])}
        except Exception as error:  # told to the other side, which decides
            answer = {"error": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


main()
