# Numbers for configurations that have no recording: a plain PyTorch model written from the same description as the engine, on
# random weights and inputs. It wrote test/golden/fixtures/other; `parity --fixture` and the tests compare the engine with it.
# python3 scripts/measure/parity-configurations.py test/golden/fixtures/other   (needs PyTorch)
import json
import math
import struct
import sys
from pathlib import Path

import torch
from torch.nn import functional as F

BASE = dict(
    vocab_size=40, hidden_size=16, num_hidden_layers=3, num_attention_heads=4, intermediate_size=24, max_position_embeddings=12, type_vocab_size=2,
    v_feature_size=10, v_target_size=6, v_hidden_size=24, v_num_hidden_layers=2, v_num_attention_heads=3, v_intermediate_size=20,
    bi_hidden_size=12, bi_num_attention_heads=2, v_biattention_id=[0, 1], t_biattention_id=[1, 2], fusion_method='mul', task_specific_tokens=True,
    dynamic_attention=False, with_coattention=True, hidden_act='gelu', v_hidden_act='gelu')
CASES = {
    'dynamic': dict(dynamic_attention=True),
    'schedule': dict(num_hidden_layers=4, v_biattention_id=[0, 0, 1], t_biattention_id=[1, 1, 3], fusion_method='sum', task_specific_tokens=False),
    'activations': dict(dynamic_attention=True, hidden_act='relu', v_hidden_act='swish', v_biattention_id=[1], t_biattention_id=[2]),
    'apart': dict(with_coattention=False, fusion_method='sum'),
}
ANSWERS, GQA_ANSWERS, TASK_ROWS = 5, 4, 20
ACTIVATIONS = {'gelu': F.gelu, 'relu': F.relu, 'swish': F.silu}


class Weights(dict):
    """Makes a weight when it is first asked for, so that the model below also says which there are."""

    def take(self, name, *shape, centre=0.0):
        if name not in self:
            self[name] = centre + 0.25 * torch.randn(*shape)
        return self[name]

    def linear(self, name, x, outputs):
        return F.linear(x, self.take(name + '.weight', outputs, x.shape[-1]), self.take(name + '.bias', outputs))

    def norm(self, name, x):
        width = x.shape[-1]
        return F.layer_norm(x, [width], self.take(name + '.weight', width, centre=1.0), self.take(name + '.bias', width), 1e-12)


def attend(q, k, v, heads, mask):
    split = lambda x: x.reshape(x.shape[0], x.shape[1], heads, -1).transpose(1, 2)
    q, k, v = split(q), split(k), split(v)
    scores = q @ k.transpose(2, 3) / math.sqrt(q.shape[-1]) + (1 - mask)[:, None, None, :] * -10000.0
    return (scores.softmax(-1) @ v).transpose(1, 2).flatten(2)


def feed_forward(w, inner, outer, x, width, act):
    return w.norm(outer + '.LayerNorm', w.linear(outer + '.dense', ACTIVATIONS[act](w.linear(inner + '.dense', x, width)), x.shape[-1]) + x)


def self_layer(w, name, x, mask, heads, inner, act, gate=None):
    width = x.shape[-1]
    project = lambda part: w.linear(f'{name}.attention.self.{part}', x, width)
    q, k, v = project('query'), project('key'), project('value')
    if gate is not None:
        q = q * (1 + torch.sigmoid(w.linear(f'{name}.attention.self.dyLinear_q', gate, width)))
        k = k * (1 + torch.sigmoid(w.linear(f'{name}.attention.self.dyLinear_k', gate, width)))
    x = w.norm(f'{name}.attention.output.LayerNorm', w.linear(f'{name}.attention.output.dense', attend(q, k, v, heads, mask), width) + x)
    return feed_forward(w, f'{name}.intermediate', f'{name}.output', x, inner, act)


def connection(w, c, name, text, vision, text_mask, region_mask):
    wide = c['bi_hidden_size']
    part = lambda which, x: w.linear(f'{name}.biattention.{which}', x, wide)
    words = attend(part('query2', text), part('key1', vision), part('value1', vision), c['bi_num_attention_heads'], region_mask)
    regions = attend(part('query1', vision), part('key2', text), part('value2', text), c['bi_num_attention_heads'], text_mask)
    cross = lambda n, content, x: w.norm(f'{name}.biOutput.LayerNorm{n}', w.linear(f'{name}.biOutput.dense{n}', content, x.shape[-1]) + x)
    vision, text = cross(1, regions, vision), cross(2, words, text)
    for n, x in ((1, vision), (2, text)):
        w.linear(f'{name}.biOutput.q_dense{n}', torch.zeros(1, wide), x.shape[-1])  # in every checkpoint, never used
    return (feed_forward(w, f'{name}.t_intermediate', f'{name}.t_output', text, c['intermediate_size'], c['hidden_act']),
            feed_forward(w, f'{name}.v_intermediate', f'{name}.v_output', vision, c['v_intermediate_size'], c['v_hidden_act']))


def run(w, c, ids, word_mask, segments, features, places, region_mask, tasks):
    table = w.take('bert.embeddings.word_embeddings.weight', c['vocab_size'], c['hidden_size'])
    positions = w.take('bert.embeddings.position_embeddings.weight', c['max_position_embeddings'], c['hidden_size'])
    text = table[ids] + positions[:ids.shape[1]] + w.take('bert.embeddings.token_type_embeddings.weight', c['type_vocab_size'], c['hidden_size'])[segments]
    if c['task_specific_tokens']:
        token = w.take('bert.embeddings.task_embeddings.weight', TASK_ROWS, c['hidden_size'])[tasks][:, None]
        text = torch.cat([text[:, :1], token, text[:, 1:]], 1)
        word_mask = torch.cat([word_mask[:, :1], word_mask], 1)
    text = w.norm('bert.embeddings.LayerNorm', text)
    vision = w.norm('bert.v_embeddings.LayerNorm', w.linear('bert.v_embeddings.image_embeddings', features, c['v_hidden_size'])
                    + w.linear('bert.v_embeddings.image_location_embeddings', places, c['v_hidden_size']))
    done = {'t': 0, 'v': 0}

    def texts(end):
        nonlocal text
        for i in range(done['t'], end):
            text = self_layer(w, f'bert.encoder.layer.{i}', text, word_mask, c['num_attention_heads'], c['intermediate_size'], c['hidden_act'])
        done['t'] = max(done['t'], end)

    def visions(end):
        nonlocal vision
        for i in range(done['v'], end):
            gate = ((text * word_mask[..., None]).sum(1) / word_mask.sum(1, keepdim=True))[:, None] if c['dynamic_attention'] else None
            vision = self_layer(w, f'bert.encoder.v_layer.{i}', vision, region_mask, c['v_num_attention_heads'], c['v_intermediate_size'], c['v_hidden_act'], gate)
        done['v'] = max(done['v'], end)

    for k, (v_end, t_end) in enumerate(zip(c['v_biattention_id'], c['t_biattention_id'])):
        texts(t_end)
        visions(v_end)
        joined = connection(w, c, f'bert.encoder.c_layer.{k}', text, vision, word_mask, region_mask)
        if c['with_coattention']:
            text, vision = joined
    visions(c['v_num_hidden_layers'])
    texts(c['num_hidden_layers'])
    pooled = [F.relu(w.linear(f'bert.{s}_pooler.dense', x[:, 0], c['bi_hidden_size'])) for s, x in (('t', text), ('v', vision))]
    fused = pooled[0] * pooled[1] if c['fusion_method'] == 'mul' else pooled[0] + pooled[1]
    return heads(w, c, text, vision, fused, region_mask, table)


def heads(w, c, text, vision, fused, region_mask, table):
    act = ACTIVATIONS[c['hidden_act']]
    wide = 2 * c['bi_hidden_size']

    def classifier(name, x, outputs):
        return w.linear(f'{name}.logit_fc.3', w.norm(f'{name}.logit_fc.2', F.gelu(w.linear(f'{name}.logit_fc.0', x, wide))), outputs)

    def transform(name, x):
        return w.norm(f'{name}.LayerNorm', act(w.linear(f'{name}.dense', x, x.shape[-1])))

    words = transform('cls.predictions.transform', text) @ table.T + w.take('cls.predictions.bias', c['vocab_size'])
    w.linear('cls.bi_seq_relationship', fused, 2)
    return {
        'vil_prediction': classifier('vil_prediction', fused, ANSWERS), 'vil_prediction_gqa': classifier('vil_prediction_gqa', fused, GQA_ANSWERS),
        'vil_logit': w.linear('vil_logit', fused, 1), 'vil_binary_prediction': classifier('vil_binary_prediction', fused.reshape(-1, wide), 2),
        'vil_tri_prediction': w.linear('vil_tri_prediction', fused, 3),
        'vision_prediction': w.linear('cls.imagePredictions.decoder', transform('cls.imagePredictions.transform', vision), c['v_target_size']),
        'vision_logit': w.linear('vision_logit', vision, 1) + (1 - region_mask)[..., None] * -10000.0,
        'linguisic_prediction': words, 'linguisic_logit': w.linear('linguisic_logit', text, 1),
    }


def write(path, tensors):
    header, blocks, offset = {}, [], 0
    for name, tensor in tensors.items():
        integer = tensor.dtype == torch.int64
        data = tensor.detach().to(torch.int32 if integer else torch.float32).contiguous().numpy().tobytes()
        header[name] = {'dtype': 'I32' if integer else 'F32', 'shape': list(tensor.shape), 'data_offsets': [offset, offset + len(data)]}
        blocks.append(data)
        offset += len(data)
    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % 8)
    path.write_bytes(struct.pack('<Q', len(text)) + text + b''.join(blocks))


def main(out):
    for number, (name, difference) in enumerate(CASES.items()):
        torch.manual_seed(number)
        config = {**BASE, **difference}
        rows, length, regions = 4, 7, 6
        mask = lambda counts, width: torch.tensor([[1.0 if i < n else 0.0 for i in range(width)] for n in counts])
        inputs = {
            'input_ids': torch.randint(1, 40, (rows, length)), 'input_mask': mask([3, 7, 5, 6], length), 'segment_ids': torch.randint(0, 2, (rows, length)),
            'features': torch.randn(rows, regions, 10), 'spatials': torch.rand(rows, regions, 5), 'image_mask': mask([6, 2, 5, 4], regions),
            'task_ids': torch.tensor([[1], [9], [12], [17]]),
        }
        weights = Weights()
        outputs = run(weights, config, inputs['input_ids'], inputs['input_mask'], inputs['segment_ids'], inputs['features'], inputs['spatials'], inputs['image_mask'], inputs['task_ids'][:, 0])
        folder = Path(out) / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / 'config.json').write_text(json.dumps(config, indent=1) + '\n')
        write(folder / 'model.safetensors', weights)
        write(folder / 'fixture.safetensors', {**{f'in.b4.{key}': value for key, value in inputs.items()}, **{f'out.b4.{key}': value for key, value in outputs.items()}})
        print(name, len(weights), 'weights')


main(sys.argv[1])
