"""What follows the logits in a training step: the loss of a task, and the update of the parameters. Read next: torch-step.py."""

import math

import torch
from torch import nn
from torch.nn import functional as F


def task_loss(logits, batch, objective):
    targets = batch["targets"]
    if objective == "alternatives":
        losses = F.cross_entropy(logits, targets, reduction="none")
    else:
        losses = (F.binary_cross_entropy_with_logits(logits, targets, reduction="none") * batch["targetMask"]).sum(1)
        if objective == "classes":
            losses = losses / logits.shape[1]
    return (losses * batch["weights"]).sum() / batch["weights"].sum()


class Adamw:
    """AdamW as the reference of the model has it: decay after the update, no bias correction unless asked. torch.optim.AdamW
    cannot leave the correction out; the arithmetic is that of its `foreach` form, many tensors a call."""

    def __init__(self, model, options):
        self.options, self.model, self.moments, self.step_count = options, model, {}, 0

    @torch.no_grad()
    def step(self):
        o = self.options
        self.step_count += 1
        rate = o["learningRate"]
        if o["biasCorrection"]:
            rate *= math.sqrt(1 - o["beta2"] ** self.step_count) / (1 - o["beta1"] ** self.step_count)
        moved = [(name, p) for name, p in self.model.named_parameters() if p.grad is not None]
        if o["clipNorm"] > 0:
            nn.utils.clip_grad_norm_([p for _, p in moved], o["clipNorm"])
        for name, p in moved:
            if name not in self.moments:
                self.moments[name] = (torch.zeros_like(p), torch.zeros_like(p))
        weights, gradients = [p for _, p in moved], [p.grad for _, p in moved]
        first, second = [self.moments[name][0] for name, _ in moved], [self.moments[name][1] for name, _ in moved]
        torch._foreach_mul_(first, o["beta1"])
        torch._foreach_add_(first, gradients, alpha=1 - o["beta1"])
        torch._foreach_mul_(second, o["beta2"])
        torch._foreach_addcmul_(second, gradients, gradients, 1 - o["beta2"])
        roots = torch._foreach_sqrt(second)
        torch._foreach_add_(roots, o["epsilon"])
        torch._foreach_addcdiv_(weights, first, roots, -rate)
        decayed = [p for name, p in moved if o["weightDecay"] > 0 and "bias" not in name and "LayerNorm.weight" not in name]
        if decayed:
            torch._foreach_mul_(decayed, 1 - o["learningRate"] * o["weightDecay"])
