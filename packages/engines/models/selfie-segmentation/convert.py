"""Rewrites MediaPipe selfie segmentation from TensorFlow Lite to ONNX: convert.py in.tflite out.onnx (needs numpy, onnx, tflite)."""
import sys
import numpy as np
import onnx
import tflite
from onnx import TensorProto, helper, numpy_helper

source, target = sys.argv[1], sys.argv[2]
model = tflite.Model.GetRootAsModel(open(source, 'rb').read(), 0)
graph = model.Subgraphs(0)
names = {v: k for k, v in vars(tflite.BuiltinOperator).items() if isinstance(v, int)}
dtypes = {tflite.TensorType.FLOAT32: np.float32, tflite.TensorType.FLOAT16: np.float16, tflite.TensorType.INT32: np.int32}
nodes, initial, constant, alias = [], [], {}, {}

def shape(i):
    return [int(v) for v in graph.Tensors(i).ShapeAsNumpy()]

def data(i):
    tensor = graph.Tensors(i)
    raw = model.Buffers(tensor.Buffer()).DataAsNumpy()
    if isinstance(raw, int):
        return None
    return np.frombuffer(raw.tobytes(), dtypes[tensor.Type()]).reshape(shape(i))

def weight(i, axes=None, shape_as=None):
    value = constant[i] if i in constant else data(i)
    value = value.transpose(axes) if axes else value
    value = value.reshape(shape_as) if shape_as else value
    half = value.astype(np.float16)
    label = f'w{i}_{"".join(map(str, axes or []))}'
    if label + 'f' not in [n.output[0] for n in nodes]:
        exact = np.array_equal(half.astype(np.float32), value.astype(np.float32))
        if not exact:
            raise SystemExit(f'tensor {i} is not exact in half precision')
        initial.append(numpy_helper.from_array(np.ascontiguousarray(half), label))
        nodes.append(helper.make_node('Cast', [label], [label + 'f'], to=TensorProto.FLOAT))
    return label + 'f'

def const(name, value):
    initial.append(numpy_helper.from_array(value, name))
    return name

def padding(kind, i, kernel, stride, out):
    if kind == tflite.Padding.VALID:
        return [0, 0, 0, 0]
    total = [max((shape(out)[1 + a] - 1) * stride[a] + kernel[a] - shape(i)[1 + a], 0) for a in (0, 1)]
    return [total[0] // 2, total[1] // 2, total[0] - total[0] // 2, total[1] - total[1] // 2]

def emit(kind, inputs, i, activation=0, **attributes):
    out = f't{i}'
    raw = out if activation == 0 else out + 'a'
    nodes.append(helper.make_node(kind, inputs, [raw], name=f'{kind}_{i}', **attributes))
    if activation == tflite.ActivationFunctionType.RELU:
        nodes.append(helper.make_node('Relu', [raw], [out]))
    elif activation == tflite.ActivationFunctionType.RELU6:
        nodes.append(helper.make_node('Clip', [raw, 'zero', 'six'], [out]))
    elif activation != 0:
        raise SystemExit(f'activation {activation} is not known')

def t(i):
    if f't{i}' == source_name or i not in constant:
        return f't{i}'
    return weight(i)

source_name = f't{graph.Inputs(0)}'
const('zero', np.float32(0))
const('six', np.float32(6))
for k in range(graph.OperatorsLength()):
    op = graph.Operators(k)
    code = model.OperatorCodes(op.OpcodeIndex())
    kind = names[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
    ins = [int(v) for v in op.InputsAsNumpy()]
    out = int(op.Outputs(0))
    table = op.BuiltinOptions()
    def options(cls):
        found = cls()
        found.Init(table.Bytes, table.Pos)
        return found
    if kind == 'DEQUANTIZE':
        constant[out] = data(ins[0])
    elif kind == 'CONV_2D':
        o = options(tflite.Conv2DOptions)
        w = shape(ins[1])
        stride = [o.StrideH(), o.StrideW()]
        emit('Conv', [t(ins[0]), weight(ins[1], (0, 3, 1, 2)), weight(ins[2])], out, o.FusedActivationFunction(),
             kernel_shape=w[1:3], strides=stride, pads=padding(o.Padding(), ins[0], w[1:3], stride, out))
    elif kind == 'DEPTHWISE_CONV_2D':
        o = options(tflite.DepthwiseConv2DOptions)
        w = shape(ins[1])
        stride = [o.StrideH(), o.StrideW()]
        emit('Conv', [t(ins[0]), weight(ins[1], (3, 0, 1, 2)), weight(ins[2])], out, o.FusedActivationFunction(),
             group=w[3], kernel_shape=w[1:3], strides=stride, pads=padding(o.Padding(), ins[0], w[1:3], stride, out))
    elif kind == 'AVERAGE_POOL_2D':
        o = options(tflite.Pool2DOptions)
        if [o.FilterHeight(), o.FilterWidth()] != shape(ins[0])[1:3]:
            raise SystemExit('only global pooling is known')
        emit('GlobalAveragePool', [t(ins[0])], out)
    elif kind in ('ADD', 'MUL'):
        o = options(tflite.AddOptions if kind == 'ADD' else tflite.MulOptions)
        emit(kind.title(), [t(ins[0]), t(ins[1])], out, o.FusedActivationFunction())
    elif kind == 'HARD_SWISH':
        emit('HardSwish', [t(ins[0])], out)
    elif kind == 'RELU':
        emit('Relu', [t(ins[0])], out)
    elif kind == 'LOGISTIC':
        emit('Sigmoid', [t(ins[0])], out)
    elif kind == 'RESIZE_BILINEAR':
        o = options(tflite.ResizeBilinearOptions)
        mode = 'align_corners' if o.AlignCorners() else 'half_pixel' if o.HalfPixelCenters() else 'asymmetric'
        h, w = shape(out)[1:3]
        sizes = const(f'size{out}', np.array([1, shape(out)[3], h, w], np.int64))
        emit('Resize', [t(ins[0]), '', '', sizes], out, mode='linear', coordinate_transformation_mode=mode)
    elif kind == 'CUSTOM' and code.CustomCode() == b'Convolution2DTransposeBias':
        if list(np.frombuffer(op.CustomOptionsAsNumpy().tobytes(), np.int32)) != [1, 2, 2]:  # padding 'same', strides 2 and 2
            raise SystemExit('only a doubling transposed convolution is known')
        w = shape(ins[1])
        emit('ConvTranspose', [t(ins[0]), weight(ins[1], (3, 0, 1, 2)), weight(ins[2])], out, kernel_shape=w[1:3], strides=[2, 2])
    else:
        raise SystemExit(f'operator {kind} is not known')

last = f't{graph.Outputs(0)}'
used = {n for node in nodes for n in node.input}
initial = [i for i in initial if i.name in used]
for node in nodes:
    node.input[:] = ['input' if n == source_name else n for n in node.input]
    node.output[:] = ['alpha' if n == last else n for n in node.output]
i, o = shape(graph.Inputs(0)), shape(graph.Outputs(0))
result = helper.make_model(helper.make_graph(nodes, 'selfie-segmentation',
    [helper.make_tensor_value_info('input', TensorProto.FLOAT, [1, i[3], i[1], i[2]])],
    [helper.make_tensor_value_info('alpha', TensorProto.FLOAT, [1, o[3], o[1], o[2]])], initial),
    opset_imports=[helper.make_opsetid('', 14)], ir_version=8, producer_name='filmwright')
onnx.checker.check_model(result)
onnx.save(result, target)
