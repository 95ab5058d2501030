"""einsum, linalg, fft."""
import torch

torch.manual_seed(5)
a, b, c = torch.randn(3, 4, dtype=torch.float64), torch.randn(4, 5, dtype=torch.float64), torch.randn(2, 3, 4, dtype=torch.float64)
torch.set_printoptions(precision=6)
print(torch.einsum("ij,jk->ik", a, b), torch.einsum("bij,ij->b", c, a), torch.einsum("ii->i", torch.eye(3)), torch.einsum("...ij->...ji", c).shape)
print(a @ b, c @ b, torch.tensordot(c, a, dims=([1, 2], [0, 1])), torch.outer(a[0], b[0]), torch.dot(a[0], a[1]), torch.matmul(c, a[0]))
m = a @ a.T + torch.eye(3, dtype=torch.float64)
rhs = torch.randn(3, 2, dtype=torch.float64)
print(torch.linalg.solve(m, rhs), torch.linalg.inv(m), (torch.linalg.inv(m) @ m - torch.eye(3)).abs().max() < 1e-12, torch.linalg.det(m), torch.linalg.slogdet(m), torch.linalg.cholesky(m))
print(torch.linalg.norm(a), torch.linalg.vector_norm(a, 1, dim=1), torch.trace(m) if hasattr(torch, "trace") else m.diagonal().sum(), torch.linalg.matrix_power(m, 3))
print(torch.triu(m), torch.tril(m, -1), torch.diag(torch.arange(3)), torch.kron(torch.eye(2), torch.ones(1, 2)), torch.baddbmm(c, c, torch.ones(2, 4, 4, dtype=torch.float64)))
x = torch.randn(8, dtype=torch.float64)
f = torch.fft.fft(x)
print(f.abs(), torch.fft.ifft(f).real, torch.fft.rfft(x), torch.fft.irfft(torch.fft.rfft(x)), torch.fft.fftfreq(8), torch.fft.fftshift(torch.arange(5)))
print(torch.fft.fft2(a).abs().sum(), torch.view_as_real(f)[0], torch.polar(torch.ones(2), torch.zeros(2)), f.angle()[1], f.conj().imag[1] + f.imag[1])
w = m.clone().requires_grad_()
torch.linalg.solve(w, rhs).sum().backward()
print(w.grad)
w.grad = None
torch.logdet(w).backward()
print(w.grad)
