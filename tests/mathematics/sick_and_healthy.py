"""Starts of PyTorch networks for `test_checkup.py`: some with a planted mistake, some as people start them well."""

import itertools
import math

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn import init

N = 64  # samples in a batch


def images(channels=1, size=8):
    return torch.randn(N, channels, size, size), torch.randint(10, (N,))


def vectors(n_in=64, classes=10):
    return torch.randn(N, n_in), torch.randint(classes, (N,))


def sentences(vocabulary=50, length=12):
    ids = torch.randint(vocabulary, (16, length + 1))
    return ids[:, :-1], ids[:, 1:]


def started(model, weights, biases=init.zeros_):
    """The model with every matrix filled by one function, every bias by another; gains stay."""
    for name, p in model.named_parameters():
        if p.ndim > 1:
            weights(p)
        elif name.endswith("bias") and biases:
            biases(p)
    return model


def lecun_(W):
    return init.normal_(W, std=W[0].numel() ** -0.5)


def he_(W):
    return init.kaiming_normal_(W)


def mlp(phi=nn.Tanh, hidden=3, n_in=64, n_out=10, width=64, norm=None):
    sizes, layers = [n_in] + [width] * hidden, []
    for a, b in itertools.pairwise(sizes):
        layers += [nn.Linear(a, b), *([norm(b)] if norm else []), phi()]
    return nn.Sequential(*layers, nn.Linear(width, n_out))


class Residual(nn.Module):
    """h + V2 phi(V1 norm(h)), some blocks."""

    def __init__(self, blocks=4, width=64, phi=F.relu, norm=True, last=None, first=None):
        super().__init__()
        self.inp, self.out, self.phi = nn.Linear(64, width), nn.Linear(width, 10), phi
        self.norms = nn.ModuleList(nn.LayerNorm(width) if norm else nn.Identity() for _ in range(blocks))
        self.v1 = nn.ModuleList(nn.Linear(width, 2 * width) for _ in range(blocks))
        self.v2 = nn.ModuleList(nn.Linear(2 * width, width) for _ in range(blocks))
        for layer in [*self.v1, *self.v2]:
            init.zeros_(layer.bias)
        for v1, v2 in zip(self.v1, self.v2):
            he_(v1.weight), lecun_(v2.weight)
            if first:
                first(v1.weight)
            if last:
                last(v2.weight)

    def forward(self, x):
        h = self.inp(x)
        for norm, v1, v2 in zip(self.norms, self.v1, self.v2):
            h = h + v2(self.phi(v1(norm(h))))
        return self.out(h)


class Block(nn.Module):
    """A pre-LN transformer block with its matrices apart."""

    def __init__(self, d=32, heads=4, phi=F.gelu, gate=False):
        super().__init__()
        self.heads, self.phi, self.n1, self.n2 = heads, phi, nn.LayerNorm(d), nn.LayerNorm(d)
        self.q, self.k, self.v, self.o = (nn.Linear(d, d, bias=False) for _ in range(4))
        self.up, self.down = nn.Linear(d, 4 * d, bias=False), nn.Linear(4 * d, d, bias=False)
        self.gate = nn.Linear(d, 4 * d, bias=False) if gate else None

    def forward(self, h):
        u = self.n1(h)
        q, k, v = (m(u).unflatten(-1, (self.heads, -1)).transpose(1, 2) for m in (self.q, self.k, self.v))
        a = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        h = h + self.o(a.transpose(1, 2).flatten(-2))
        u = self.n2(h)
        return h + self.down(self.phi(self.gate(u)) * self.up(u) if self.gate else self.phi(self.up(u)))


class GPT(nn.Module):
    """Embedding, places, blocks, norm, readout; GPT-2's scales unless `plain`."""

    def __init__(self, blocks=3, d=32, vocabulary=50, plain=False, tied=False, **options):
        super().__init__()
        self.emb, self.pos = nn.Embedding(vocabulary, d), nn.Parameter(torch.randn(12, d) * 0.02)
        self.blocks = nn.ModuleList(Block(d, **options) for _ in range(blocks))
        self.norm, self.out = nn.LayerNorm(d), nn.Linear(d, vocabulary, bias=False)
        if not plain:
            for name, p in self.named_parameters():
                if p.ndim > 1:
                    std = 0.02 / math.sqrt(2 * blocks) if name.endswith(("o.weight", "down.weight")) else 0.02
                    init.normal_(p, std=std)
        if tied:
            self.out.weight = self.emb.weight

    def forward(self, ids):
        h = self.emb(ids) + self.pos[: ids.shape[1]]
        for block in self.blocks:
            h = block(h)
        return self.out(self.norm(h))


class LoRA(nn.Module):
    def __init__(self, a=lecun_, b=init.zeros_):
        super().__init__()
        self.base = mlp(hidden=2)
        lecun_(self.base[0].weight), lecun_(self.base[2].weight)
        self.base.requires_grad_(False)
        self.A, self.B = nn.Parameter(a(torch.empty(4, 64))), nn.Parameter(b(torch.empty(64, 4)))

    def forward(self, x):
        h = torch.tanh(self.base[0](x) + x @ self.A.T @ self.B.T)
        return self.base[2:](h)


class Control(nn.Module):
    """A frozen network, and a copy that reads the same and a new input through zero matrices."""

    def __init__(self, reads_x=True):
        super().__init__()
        self.base, self.copy, self.reads_x = mlp(hidden=1), nn.Linear(64, 64), reads_x
        self.base.requires_grad_(False)
        self.z1, self.z2 = nn.Linear(64, 64, bias=False), nn.Linear(64, 10, bias=False)
        init.zeros_(self.z1.weight), init.zeros_(self.z2.weight), init.zeros_(self.copy.bias)

    def forward(self, x):
        return self.base(x) + self.z2(torch.tanh(self.copy(self.reads_x * x + self.z1(x.flip(1)))))


class Recurrent(nn.Module):
    def __init__(self, kind=nn.LSTM):
        super().__init__()
        self.emb, self.rnn, self.out = nn.Embedding(50, 16), kind(16, 32, batch_first=True), nn.Linear(32, 50)

    def forward(self, ids):
        return self.out(self.rnn(self.emb(ids))[0])


class Encoder(nn.Module):
    """PyTorch's own transformer encoder on the rows of an image."""

    def __init__(self, layers=3, norm_first=False):
        super().__init__()
        layer = nn.TransformerEncoderLayer(32, 4, 64, dropout=0.1, batch_first=True, norm_first=norm_first)
        self.inp, self.body = nn.Linear(8, 32), nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.out = nn.Linear(32, 10)

    def forward(self, x):
        return self.out(self.body(self.inp(x[:, 0])).mean(dim=1))


class ConvBlock(nn.Module):
    """Two convolutions with batch norm and the wire round them, the last gain at zero as torchvision may have it."""

    def __init__(self, channels, zero_last=True):
        super().__init__()
        self.c1, self.c2 = (nn.Conv2d(channels, channels, 3, padding=1, bias=False) for _ in range(2))
        self.b1, self.b2 = nn.BatchNorm2d(channels), nn.BatchNorm2d(channels)
        he_(self.c1.weight), he_(self.c2.weight)
        if zero_last:
            init.zeros_(self.b2.weight)

    def forward(self, h):
        return F.relu(h + self.b2(self.c2(F.relu(self.b1(self.c1(h))))))


def resnet(zero_last=True, blocks=4):
    stem = [nn.Conv2d(1, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU(inplace=True)]
    body = [ConvBlock(16, zero_last) for _ in range(blocks)]
    return nn.Sequential(*stem, *body, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 10))


def lenet(phi=nn.ReLU):
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), phi(), nn.MaxPool2d(2), nn.Conv2d(8, 16, 3, padding=1), phi(),
        nn.MaxPool2d(2), nn.Flatten(), nn.Linear(64, 32), phi(), nn.Linear(32, 10),
    )  # fmt: skip


def vgg(convolutions=6):
    layers, before = [], 1
    for i in range(convolutions):
        layers += [nn.Conv2d(before, 16, 3, padding=1), nn.ReLU(inplace=True)]
        layers += [nn.MaxPool2d(2)] if i % 2 else []
        before = 16
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(16, 10))


def mobile():
    """Depthwise and pointwise convolutions, batch norm, SiLU, squeeze and excitation."""

    class Squeeze(nn.Module):
        def __init__(self):
            super().__init__()
            self.down, self.up = nn.Conv2d(16, 4, 1), nn.Conv2d(4, 16, 1)

        def forward(self, h):
            return h * torch.sigmoid(self.up(F.silu(self.down(h.mean((2, 3), keepdim=True)))))

    layers = [nn.Conv2d(1, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.SiLU()]
    for _ in range(3):
        layers += [nn.Conv2d(16, 16, 3, padding=1, groups=16, bias=False), nn.BatchNorm2d(16), nn.SiLU(), Squeeze()]
        layers += [nn.Conv2d(16, 16, 1, bias=False), nn.BatchNorm2d(16)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 10))


def zeroed(model, *names):
    with torch.no_grad():
        for name in names:
            model.get_parameter(name).zero_()
    return model


def blocks_zeroed(model, *names):
    return zeroed(model, *(f"blocks.{i}.{name}.weight" for i in range(len(model.blocks)) for name in names))


class Scaled(nn.Module):
    """A network whose outputs go through a function."""

    def __init__(self, body, function):
        super().__init__()
        self.body, self.function = body, function

    def forward(self, *inputs):
        return self.function(self.body(*inputs))


def _equal_heads():
    model = GPT(blocks=2)
    with torch.no_grad():
        for block in model.blocks:
            for m in (block.q, block.k, block.v):
                m.weight.view(4, 8, 32)[:] = m.weight.view(4, 8, 32)[:1].clone()
            block.o.weight.view(32, 4, 8)[:] = block.o.weight.view(32, 4, 8)[:, :1].clone()
    return model


def _equal_coordinates():
    model = GPT(blocks=1)
    with torch.no_grad():
        for name, p in model.named_parameters():
            if name.endswith(("emb.weight", "q.weight", "k.weight", "v.weight", "up.weight", "out.weight")):
                p[:, 1] = p[:, 0]  # what reads coordinate 1 reads it as coordinate 0
            if name.endswith(("o.weight", "down.weight")):
                p[1] = p[0]
        model.pos[:, 1] = model.pos[:, 0]
    return model


class Unused(nn.Module):
    def __init__(self, detach):
        super().__init__()
        self.a, self.b, self.detach = nn.Linear(64, 32), nn.Linear(32, 10), detach

    def forward(self, x):
        h = torch.tanh(self.a(x))
        return self.b(h.detach() if self.detach else torch.tanh(x[:, :32]))


def _negative(scale):
    return lambda b: b.copy_(-scale * torch.rand_like(b)) if b.ndim == 1 else b


def regression(n=N):
    x = torch.linspace(-1, 1, n)[:, None]
    return x, torch.sin(6 * x[:, 0])


def uniform_fill(W):
    return init.constant_(W, 0.05)


@torch.no_grad()
def planted():
    """{name: (model, x, y, the kinds of finding, with bars between, that name it)}."""
    v, t, im = vectors(), sentences(), images()
    few = mlp(nn.ReLU, 3)
    started(few, he_)
    few[4].bias.fill_(-5.0)
    opposite = {"biases": init.normal_}
    return {
        "two zero matrices in a chain, tanh": (
            zeroed(started(mlp(), lecun_), "2.weight", "4.weight"),
            *v,
            "never wakes",
        ),
        "two zero matrices, the last two, ReLU": (
            zeroed(started(mlp(nn.ReLU), he_), "4.weight", "6.weight"),
            *v,
            "never wakes",
        ),
        "all zero, tanh": (started(mlp(), init.zeros_), *v, "never wakes"),
        "first matrix zero, ReLU": (zeroed(started(mlp(nn.ReLU), he_), "0.weight"), *v, "never wakes"),
        "both matrices of every branch zero": (Residual(last=init.zeros_, first=init.zeros_), *v, "never wakes"),
        "LoRA, both zero": (LoRA(init.zeros_), *v, "never wakes"),
        "ControlNet that keeps x out of its copy": (Control(reads_x=False), *v, "never wakes"),
        "queries and keys zero": (blocks_zeroed(GPT(), "q", "k"), *t, "never wakes"),
        "values and outputs zero": (blocks_zeroed(GPT(), "v", "o"), *t, "never wakes"),
        "both matrices of a SwiGLU gate zero": (
            blocks_zeroed(GPT(gate=True, phi=F.silu), "up", "gate"),
            *t,
            "never wakes",
        ),
        "uniform fill": (started(mlp(), uniform_fill), *v, "twins"),
        "uniform fill, ReLU": (started(mlp(nn.ReLU, 2), uniform_fill), *v, "twins"),
        "uniform fill, convolutions": (started(lenet(nn.Tanh), uniform_fill), *im, "twins"),
        "all zero, sigmoid": (started(mlp(nn.Sigmoid, 1), init.zeros_), *v, "twins"),
        "equal heads": (_equal_heads(), *t, "twins"),
        "equal coordinates of the stream": (_equal_coordinates(), *t, "twins"),
        "zero weights, random biases, ReLU": (started(mlp(nn.ReLU, 1), init.zeros_, **opposite), *v, "rays"),
        "zero weights, random biases, ReLU, two hidden": (
            started(mlp(nn.ReLU, 2), init.zeros_, **opposite),
            *v,
            "rays",
        ),
        "zero weights, random biases, 4 hidden, tanh": (
            started(mlp(nn.Tanh, 4), init.zeros_, **opposite),
            *v,
            "wakes late | never wakes",
        ),
        "negative biases, ReLU": (
            started(mlp(nn.ReLU), he_, lambda b: b.copy_(-3 * torch.rand(b.shape))),
            *v,
            "dead units",
        ),
        "one layer's biases at -5, ReLU": (few, *v, "dead units | never wakes"),
        "PyTorch's default, 12 layers, tanh": (mlp(nn.Tanh, 12), *v, "error shrinks | signal shrinks"),
        "PyTorch's default, 12 layers, ReLU": (mlp(nn.ReLU, 12), *v, "error shrinks | signal shrinks"),
        "PyTorch's default, 8 layers, sigmoid": (mlp(nn.Sigmoid, 8), *v, "error shrinks | signal shrinks"),
        "PyTorch's default, 10 convolutions": (vgg(10), *images(1, 32), "error shrinks | signal shrinks"),
        "weights N(0, 1), tanh": (started(mlp(nn.Tanh, 4), init.normal_), *v, "saturated"),
        "weights N(0, 1), ReLU": (
            started(mlp(nn.ReLU, 4), init.normal_),
            *v,
            "signal grows | error grows | first loss",
        ),
        "sigma_w = 4, 8 layers, tanh": (
            started(mlp(nn.Tanh, 8), lambda W: lecun_(W).mul_(4)),
            *v,
            "saturated | error grows",
        ),
        "LeCun's scale for GELU, 30 layers": (started(mlp(nn.GELU, 30), lecun_), *v, "signal shrinks | error shrinks"),
        "residual network without normalisation, 30 blocks": (
            Residual(30, norm=False),
            *v,
            "signal grows | error grows | first loss",
        ),
        "raw pixels": (started(mlp(), lecun_), 255 * torch.rand(N, 64), v[1], "raw inputs"),
        "logits too large": (Scaled(started(mlp(), lecun_), lambda z: 30 * z), *v, "first loss"),
        "rare class without its output bias": (
            started(mlp(hidden=1, n_out=2), lecun_),
            torch.randn(400, 64),
            (torch.rand(400) < 0.02).long(),
            "output bias",
        ),
        "target (n,) against outputs (n, 1)": (mlp(nn.ReLU, 1, 1, 1), *regression(), "shapes"),
        "labels in a column": (mlp(), v[0], v[1][:, None], "shapes"),
        "(n, 1) and (n,) in the network": (
            Scaled(mlp(n_out=1), lambda z: (z - z[:, 0]).sum(dim=1, keepdim=True)),
            v[0],
            torch.randn(N, 1),
            "shapes",
        ),
        "a layer that is not used": (Unused(detach=False), *v, "unused"),
        "a detached layer": (Unused(detach=True), *v, "unused"),
        "one input, zero biases, ReLU": (
            started(mlp(nn.ReLU, 1, 1, 1), he_),
            regression()[0],
            regression()[1][:, None],
            "kinks",
        ),
    }


@torch.no_grad()
def healthy():
    """{name: (model, x, y)}."""
    v, t, im = vectors(), sentences(), images()
    zero_out = zeroed(started(mlp(), lecun_), "6.weight")
    return {
        "LeCun, tanh": (started(mlp(), lecun_), *v),
        "LeCun, tanh, 12 layers": (started(mlp(hidden=12), lecun_), *v),
        "He, ReLU": (started(mlp(nn.ReLU), he_), *v),
        "He, ReLU, 12 layers": (started(mlp(nn.ReLU, 12), he_), *v),
        "He, leaky ReLU": (started(mlp(nn.LeakyReLU, 4), he_), *v),
        "PyTorch's default, 2 hidden, ReLU": (mlp(nn.ReLU, 2), *v),
        "PyTorch's default, 2 hidden, tanh": (mlp(nn.Tanh, 2), *v),
        "He, GELU": (started(mlp(nn.GELU, 4), he_), *v),
        "He, SiLU": (started(mlp(nn.SiLU, 4), he_), *v),
        "orthogonal, tanh": (started(mlp(hidden=6), init.orthogonal_), *v),
        "zero output layer": (zero_out, *v),
        "logistic regression from zero": (zeroed(nn.Linear(64, 10), "weight", "bias"), *v),
        "layer norm, GELU": (mlp(nn.GELU, 4, norm=nn.LayerNorm), *v),
        "batch norm, ReLU": (mlp(nn.ReLU, 6, norm=nn.BatchNorm1d), *v),
        "dropout": (nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, 10)), *v),
        "small convolutional network, default": (lenet(), *im),
        "VGG-like, He": (started(vgg(), he_), *im),
        "ResNet-like": (resnet(zero_last=False), *im),
        "ResNet-like, last gains zero": (resnet(), *im),
        "depthwise, SiLU, squeeze and excitation": (mobile(), *im),
        "residual, last matrices zero": (Residual(8, last=init.zeros_), *v),
        "residual without normalisation, last zero": (Residual(16, norm=False, last=init.zeros_), *v),
        "residual, 1/sqrt(N)": (Residual(16, norm=False, last=lambda W: W.mul_(0.25)), *v),
        "residual, layer norm": (Residual(8), *v),
        "GPT-2's scales": (GPT(), *t),
        "GPT-2's scales, tied": (GPT(tied=True), *t),
        "GPT, PyTorch's default": (GPT(plain=True), *t),
        "GPT, queries zero": (blocks_zeroed(GPT(), "q"), *t),
        "GPT, last matrices of branches zero": (blocks_zeroed(GPT(), "o", "down"), *t),
        "GPT, SwiGLU, its last matrix zero": (blocks_zeroed(GPT(gate=True, phi=F.silu), "down"), *t),
        "PyTorch's transformer encoder": (Encoder(), *im),
        "PyTorch's transformer encoder, pre-LN": (Encoder(norm_first=True), *im),
        "LoRA, B = 0": (LoRA(), *v),
        "LoRA, A = 0": (LoRA(init.zeros_, lecun_), *v),
        "ControlNet": (Control(), *v),
        "LSTM": (Recurrent(), *t),
        "GRU": (Recurrent(nn.GRU), *t),
        "regression, (n, 1) and (n, 1)": (mlp(nn.Tanh, 2, n_out=1), v[0], torch.randn(N, 1)),
        "regression, (n,) and (n,)": (Scaled(mlp(nn.Tanh, 2, n_out=1), lambda z: z[:, 0]), v[0], torch.randn(N)),
        "autoencoder": (
            nn.Sequential(
                nn.Linear(64, 32),
                nn.ReLU(),
                nn.Linear(32, 8),
                nn.ReLU(),
                nn.Linear(8, 32),
                nn.ReLU(),
                nn.Linear(32, 64),
            ),
            v[0],
            v[0],
        ),
        "one input, random biases, ReLU": (mlp(nn.ReLU, 1, 1, 1), regression()[0], regression()[1][:, None]),
    }
