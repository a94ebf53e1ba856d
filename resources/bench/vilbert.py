"""ViLBERT with the heads of all tasks, in plain torch.nn; parameters have the names and layouts of the checkpoints.

Read next: torch-step.py, which times it.
"""

import json
import math

import torch
from torch import nn
from torch.nn import functional as F

MASKED = -10000.0


class Tree(nn.Module):
    """Modules under the names they have in a checkpoint."""

    def __init__(self, /, **children):
        super().__init__()
        for name, child in children.items():
            self.add_module(name, child)


def block(inputs, outputs, dropout, dense="dense", norm="LayerNorm"):
    return Tree(**{dense: nn.Linear(inputs, outputs), norm: nn.LayerNorm(outputs, eps=1e-12), "dropout": nn.Dropout(dropout)})


def add_and_norm(part, x, residual, dense="dense", norm="LayerNorm"):
    return getattr(part, norm)(part.dropout(getattr(part, dense)(x)) + residual)


def feed_forward(inner, outer, x):
    return add_and_norm(outer, F.gelu(inner.dense(x)), x)


def attention(queries, keys, values, mask, heads, dropout):
    """queries [b, q, w], keys and values [b, k, w], mask [b, 1, 1, k] to be added -> [b, q, w]"""
    batch, length, width = queries.shape

    def split(x):
        return x.view(batch, -1, heads, width // heads).transpose(1, 2)

    scores = split(queries) @ split(keys).transpose(2, 3) / math.sqrt(width / heads) + mask
    mixed = dropout(torch.softmax(scores, -1)) @ split(values)
    return mixed.transpose(1, 2).reshape(batch, length, width)


class SelfAttentionLayer(nn.Module):
    def __init__(self, width, inner, heads, dropout):
        super().__init__()
        self.heads = heads
        parts = {name: nn.Linear(width, width) for name in ("query", "key", "value")}
        self.attention = Tree(output=block(width, width, dropout), **{"self": Tree(dropout=nn.Dropout(dropout), **parts)})
        self.intermediate = Tree(dense=nn.Linear(width, inner))
        self.output = block(inner, width, dropout)

    def forward(self, x, mask):
        part = getattr(self.attention, "self")
        attended = attention(part.query(x), part.key(x), part.value(x), mask, self.heads, part.dropout)
        return feed_forward(self.intermediate, self.output, add_and_norm(self.attention.output, attended, x))


class ConnectionLayer(nn.Module):
    """Stream 1 is vision, stream 2 text; each looks at the other."""

    def __init__(self, config, dropout):
        super().__init__()
        text, vision, shared = config["hidden_size"], config["v_hidden_size"], config["bi_hidden_size"]
        self.heads = config["bi_num_attention_heads"]
        projections = {}
        for stream, width in ((1, vision), (2, text)):
            for part in ("query", "key", "value"):
                projections[f"{part}{stream}"] = nn.Linear(width, shared)
        self.biattention = Tree(dropout1=nn.Dropout(dropout), dropout2=nn.Dropout(dropout), **projections)
        outputs = {}
        for stream, width in ((1, vision), (2, text)):
            outputs[f"dense{stream}"] = nn.Linear(shared, width)
            outputs[f"LayerNorm{stream}"] = nn.LayerNorm(width, eps=1e-12)
            if config["keepUnused"]:
                outputs[f"q_dense{stream}"] = nn.Linear(shared, width)
        self.biOutput = Tree(dropout=nn.Dropout(dropout), **outputs)
        for stream, width, inner in (("v", vision, config["v_intermediate_size"]), ("t", text, config["intermediate_size"])):
            setattr(self, f"{stream}_intermediate", Tree(dense=nn.Linear(width, inner)))
            setattr(self, f"{stream}_output", block(inner, width, dropout))

    def forward(self, text, vision, text_mask, vision_mask):
        p = self.biattention
        words = attention(p.query2(text), p.key1(vision), p.value1(vision), vision_mask, self.heads, p.dropout1)
        regions = attention(p.query1(vision), p.key2(text), p.value2(text), text_mask, self.heads, p.dropout2)
        vision = add_and_norm(self.biOutput, regions, vision, "dense1", "LayerNorm1")
        text = add_and_norm(self.biOutput, words, text, "dense2", "LayerNorm2")
        return feed_forward(self.t_intermediate, self.t_output, text), feed_forward(self.v_intermediate, self.v_output, vision)


class Classifier(nn.Module):
    def __init__(self, inputs, hidden, outputs):
        super().__init__()
        self.logit_fc = nn.Sequential(nn.Linear(inputs, hidden), nn.GELU(), nn.LayerNorm(hidden, eps=1e-12), nn.Linear(hidden, outputs))

    def forward(self, x):
        return self.logit_fc(x)


class Bias(nn.Module):
    def __init__(self, transform, size):
        super().__init__()
        self.transform = transform
        self.bias = nn.Parameter(torch.zeros(size))


class Vilbert(nn.Module):
    """The trunk with the heads of all tasks and of pre-training; only the head that a task needs is computed."""

    def __init__(self, c, dropout):
        super().__init__()
        self.config = c
        text, vision, fused = c["hidden_size"], c["v_hidden_size"], c["bi_hidden_size"]
        tables = {"word_embeddings": c["vocab_size"], "position_embeddings": c["max_position_embeddings"], "token_type_embeddings": c["type_vocab_size"]}
        if c["task_specific_tokens"]:
            tables["task_embeddings"] = c["taskRows"]
        text_layers = [SelfAttentionLayer(text, c["intermediate_size"], c["num_attention_heads"], dropout) for _ in range(c["num_hidden_layers"])]
        vision_layers = [SelfAttentionLayer(vision, c["v_intermediate_size"], c["v_num_attention_heads"], dropout) for _ in range(c["v_num_hidden_layers"])]
        connections = [ConnectionLayer(c, dropout) for _ in c["v_biattention_id"]] if c["with_coattention"] else []
        self.bert = Tree(
            embeddings=Tree(LayerNorm=nn.LayerNorm(text, eps=1e-12), **{name: nn.Embedding(rows, text) for name, rows in tables.items()}),
            v_embeddings=Tree(
                image_embeddings=nn.Linear(c["v_feature_size"], vision), image_location_embeddings=nn.Linear(5, vision), LayerNorm=nn.LayerNorm(vision, eps=1e-12)
            ),
            encoder=Tree(layer=nn.ModuleList(text_layers), v_layer=nn.ModuleList(vision_layers), c_layer=nn.ModuleList(connections)),
            t_pooler=Tree(dense=nn.Linear(text, fused)),
            v_pooler=Tree(dense=nn.Linear(vision, fused)),
        )
        self.cls = Tree(
            predictions=Bias(block(text, text, 0), c["vocab_size"]),
            bi_seq_relationship=nn.Linear(fused, 2),
            imagePredictions=Tree(transform=block(vision, vision, 0), decoder=nn.Linear(vision, c["v_target_size"])),
        )
        self.vil_prediction = Classifier(fused, 2 * fused, c["answers"])
        self.vil_prediction_gqa = Classifier(fused, 2 * fused, c["gqaAnswers"])
        self.vil_binary_prediction = Classifier(2 * fused, 2 * fused, 2)
        self.vil_logit = nn.Linear(fused, 1)
        self.vil_tri_prediction = nn.Linear(fused, 3)
        self.vision_logit = nn.Linear(vision, 1)
        self.linguisic_logit = nn.Linear(text, 1)
        self.dropout = nn.Dropout(dropout)

    def schedule(self):
        """Up to each pair of ends, its connection layer; then the rest, vision first."""
        c, text, vision = self.config, 0, 0
        for index, (v_end, t_end) in enumerate(zip(c["v_biattention_id"], c["t_biattention_id"])):
            yield from (("text", i) for i in range(text, t_end))
            yield from (("vision", i) for i in range(vision, v_end))
            text, vision = max(text, t_end), max(vision, v_end)
            if c["with_coattention"]:
                yield "connection", index
        yield from (("vision", i) for i in range(vision, c["v_num_hidden_layers"]))
        yield from (("text", i) for i in range(text, c["num_hidden_layers"]))

    def embed_text(self, batch):
        e = self.bert.embeddings
        words = batch["wordIds"]
        states = e.word_embeddings(words) + e.position_embeddings.weight[: words.shape[1]] + e.token_type_embeddings.weight[0]
        mask = batch["wordMask"]
        if self.config["task_specific_tokens"]:
            states = torch.cat([states[:, :1], e.task_embeddings(batch["tokenRows"])[:, None], states[:, 1:]], 1)
            mask = torch.cat([mask[:, :1], mask], 1)
        return self.dropout(e.LayerNorm(states)), mask

    def forward(self, batch, task):
        text, text_mask = self.embed_text(batch)
        e = self.bert.v_embeddings
        vision = self.dropout(e.LayerNorm(e.image_embeddings(batch["features"]) + e.image_location_embeddings(batch["boxes"])))
        text_mask = ((1 - text_mask) * MASKED)[:, None, None, :]
        vision_mask = ((1 - batch["regionMask"]) * MASKED)[:, None, None, :]
        layers = self.bert.encoder
        for kind, index in self.schedule():
            if kind == "text":
                text = layers.layer[index](text, text_mask)
            elif kind == "vision":
                vision = layers.v_layer[index](vision, vision_mask)
            else:
                text, vision = layers.c_layer[index](text, vision, text_mask, vision_mask)
        return self.head(task, text, vision, batch)

    def head(self, task, text, vision, batch):
        """The logits [e, n] of a task."""
        head = task["head"]
        if head == "region":
            logits = self.vision_logit(self.dropout(vision))[..., 0]
            return logits + (1 - batch["regionMask"]) * MASKED
        pooled_text, pooled_vision = F.relu(self.bert.t_pooler.dense(text[:, 0])), F.relu(self.bert.v_pooler.dense(vision[:, 0]))
        fused = self.dropout(pooled_text * pooled_vision if self.config["fusion_method"] == "mul" else pooled_text + pooled_vision)
        if head == "answers":
            return self.vil_prediction(fused)
        if head == "gqa-answers":
            return self.vil_prediction_gqa(fused)
        if head == "alignment":
            return self.vil_logit(fused).view(-1, task["rowsPerExample"])
        if head == "pair":
            return self.vil_binary_prediction(fused.view(-1, 2 * fused.shape[1]))
        return self.vil_tri_prediction(fused)


def load_weights(model, path):
    """A safetensors file: 8 bytes length, a JSON table, the numbers."""
    with open(path, "rb") as file:
        size = int.from_bytes(file.read(8), "little")
        table = json.loads(file.read(size))
        numbers = bytearray(file.read())
    state = {
        name: torch.frombuffer(numbers, dtype=torch.float32, count=(row["data_offsets"][1] - row["data_offsets"][0]) // 4, offset=row["data_offsets"][0]).view(row["shape"])
        for name, row in table.items()
        if name != "__metadata__"
    }
    model.load_state_dict(state)
