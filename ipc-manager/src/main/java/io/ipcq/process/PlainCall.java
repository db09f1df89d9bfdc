// SPDX-License-Identifier: Apache-2.0
package io.ipcq.process;

import io.ipcq.queue.QueueLink;
import io.ipcq.queue.SharedQueue;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.Serializable;
import java.io.UTFDataFormatException;
import java.lang.invoke.MethodHandleInfo;
import java.lang.invoke.MethodType;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a {@link FunctionCall} that need no Java serialization: a lambda or method reference with plain values
 * and queues.
 */
final class PlainCall {
    /*
     * Why. The first ObjectInputStream of a JVM makes a logger for its filter. For that, it looks for a logging system
     * in every jar of the class path. So the larger the program, the later its children begin.
     *
     * Idea. The class of a serializable lambda describes it. Its writeReplace returns a SerializedLambda, which names
     * the class in which the lambda is written. A method of that class rebuilds the lambda. The captured values and the
     * arguments may be strings, numbers and booleans, which have no identity, and queues, which are sent as QueueLinks.
     * The same queue twice is the same queue in the child. If there is anything else, or anything unusual, the whole
     * task is serialized.
     *
     * Most lambdas call a static method of the class in which they are written. The child calls that method directly.
     * To link the lambda would cost a JVM a millisecond at its start, and nobody in the child can see the difference.
     */

    private static final String DESERIALIZE = "$deserializeLambda$";
    private static final int MAX_ARGUMENTS = 3;

    private static final byte LAMBDA = 0;
    private static final byte METHOD = 1;

    private static final byte NULL = 0;
    private static final byte STRING = 1;
    private static final byte INTEGER = 2;
    private static final byte LONG = 3;
    private static final byte DOUBLE = 4;
    private static final byte BOOLEAN = 5;
    private static final byte QUEUE = 6;
    private static final byte QUEUE_AGAIN = 7;

    private PlainCall() {}

    // ---- parent -----------------------------------------------------------------------------------------------------

    /** The bytes of a call; null if it has to be serialized. */
    static byte @Nullable [] encode(FunctionCall call) {
        try {
            SerializedLambda lambda = lambda(call.function());
            if (lambda == null) {
                return null;
            }
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            Writer out = new Writer(new DataOutputStream(bytes));
            @Nullable Object[] values = values(lambda, call.arguments());
            boolean plain = isCallOfMethod(lambda, call.function().getClass().getClassLoader(), values)
                    ? out.writeMethod(lambda) && out.writeAll(values)
                    : out.writeLambda(lambda) && out.writeAll(call.arguments());
            return plain ? bytes.toByteArray() : null;
        } catch (IOException | ReflectiveOperationException | RuntimeException unusual) {
            return null; // serialization decides, and tells what is wrong
        }
    }

    /**
     * The lambda or method reference. Null if the function is neither, or if the child could not rebuild it by
     * reflection.
     */
    private static @Nullable SerializedLambda lambda(Serializable function) throws ReflectiveOperationException {
        SerializedLambda lambda = LambdaForm.of(function);
        if (lambda == null) {
            return null;
        }
        ClassLoader loader = function.getClass().getClassLoader();
        Class<?> capturing = Class.forName(lambda.getCapturingClass().replace('/', '.'), false, loader);
        Method anew = capturing.getDeclaredMethod(DESERIALIZE, SerializedLambda.class);
        return anew.trySetAccessible() ? lambda : null;
    }

    /** The values that the lambda captured, and then the arguments. Its method is called with these. */
    private static @Nullable Object[] values(SerializedLambda lambda, @Nullable Object[] arguments) {
        int captured = lambda.getCapturedArgCount();
        @Nullable Object[] values = new @Nullable Object[captured + arguments.length];
        for (int i = 0; i < captured; i++) {
            values[i] = lambda.getCapturedArg(i);
        }
        System.arraycopy(arguments, 0, values, captured, arguments.length);
        return values;
    }

    /**
     * Whether the lambda calls a static method of the class in which it is written, and that method takes these values
     * unchanged.
     */
    private static boolean isCallOfMethod(SerializedLambda lambda, ClassLoader loader, @Nullable Object[] values)
            throws ReflectiveOperationException {
        if (lambda.getImplMethodKind() != MethodHandleInfo.REF_invokeStatic
                || !lambda.getImplClass().equals(lambda.getCapturingClass())) {
            return false;
        }
        Class<?> owner = Class.forName(lambda.getImplClass().replace('/', '.'), false, loader);
        Method method = method(owner, lambda.getImplMethodName(), lambda.getImplMethodSignature());
        Class<?>[] types = method.getParameterTypes();
        boolean fit = method.trySetAccessible() && types.length == values.length;
        for (int i = 0; fit && i < values.length; i++) {
            fit = takes(types[i], values[i]);
        }
        return fit;
    }

    private static boolean takes(Class<?> type, @Nullable Object value) {
        if (value == null) {
            return !type.isPrimitive();
        }
        return MethodType.methodType(type).wrap().returnType().isInstance(value);
    }

    private static Method method(Class<?> owner, String name, String signature) throws ReflectiveOperationException {
        MethodType type = MethodType.fromMethodDescriptorString(signature, owner.getClassLoader());
        return owner.getDeclaredMethod(name, type.parameterArray());
    }

    private static final class Writer {

        private final DataOutputStream out;
        private final IdentityHashMap<SharedQueue<?>, Integer> queues = new IdentityHashMap<>();

        Writer(DataOutputStream out) {
            this.out = out;
        }

        boolean writeMethod(SerializedLambda lambda) throws IOException {
            out.writeByte(METHOD);
            out.writeUTF(lambda.getImplClass());
            out.writeUTF(lambda.getImplMethodName());
            out.writeUTF(lambda.getImplMethodSignature());
            return true;
        }

        boolean writeLambda(SerializedLambda lambda) throws IOException {
            out.writeByte(LAMBDA);
            out.writeUTF(lambda.getCapturingClass());
            out.writeUTF(lambda.getFunctionalInterfaceClass());
            out.writeUTF(lambda.getFunctionalInterfaceMethodName());
            out.writeUTF(lambda.getFunctionalInterfaceMethodSignature());
            out.writeInt(lambda.getImplMethodKind());
            out.writeUTF(lambda.getImplClass());
            out.writeUTF(lambda.getImplMethodName());
            out.writeUTF(lambda.getImplMethodSignature());
            out.writeUTF(lambda.getInstantiatedMethodType());
            Object[] captured = new Object[lambda.getCapturedArgCount()];
            for (int i = 0; i < captured.length; i++) {
                captured[i] = lambda.getCapturedArg(i);
            }
            return writeAll(captured);
        }

        boolean writeAll(@Nullable Object[] values) throws IOException {
            out.writeByte(values.length);
            for (Object value : values) {
                if (!write(value)) {
                    return false;
                }
            }
            return true;
        }

        /** @throws UTFDataFormatException if a text is too long to be plain */
        private boolean write(@Nullable Object value) throws IOException {
            if (value == null) {
                out.writeByte(NULL);
            } else if (value instanceof String text) {
                out.writeByte(STRING);
                out.writeUTF(text);
            } else if (value instanceof Integer number) {
                out.writeByte(INTEGER);
                out.writeInt(number);
            } else if (value instanceof Long number) {
                out.writeByte(LONG);
                out.writeLong(number);
            } else if (value instanceof Double number) {
                out.writeByte(DOUBLE);
                out.writeDouble(number);
            } else if (value instanceof Boolean truth) {
                out.writeByte(BOOLEAN);
                out.writeBoolean(truth);
            } else {
                return value instanceof SharedQueue<?> queue && write(queue);
            }
            return true;
        }

        private boolean write(SharedQueue<?> queue) throws IOException {
            Integer before = queues.putIfAbsent(queue, queues.size());
            if (before != null) {
                out.writeByte(QUEUE_AGAIN);
                out.writeInt(before);
                return true;
            }
            String link = QueueLink.of(queue);
            if (link == null) {
                return false;
            }
            out.writeByte(QUEUE);
            out.writeUTF(link);
            return true;
        }
    }

    // ---- child ------------------------------------------------------------------------------------------------------

    static FunctionCall decode(DataInputStream in) throws IOException, ClassNotFoundException {
        Reader reader = new Reader(in);
        try {
            return decode(in.readByte(), reader);
        } catch (Throwable failed) {
            // nobody else has these queues; a child that is a thread would keep them open until they are collected
            reader.queues.forEach(SharedQueue::close);
            throw failed;
        }
    }

    private static FunctionCall decode(byte kind, Reader reader) throws IOException, ClassNotFoundException {
        return switch (kind) {
            case METHOD -> new FunctionCall.OfMethod(reader.readMethod(), reader.readAll());
            case LAMBDA -> callOfLambda(reader);
            default -> throw damaged("kind=" + kind);
        };
    }

    private static FunctionCall callOfLambda(Reader reader) throws IOException, ClassNotFoundException {
        Object function = anew(reader.readLambda());
        @Nullable Object[] arguments = reader.readAll();
        return switch (arguments.length) {
            case 0 -> new FunctionCall.Call0((SerializableRunnable) function);
            case 1 -> call1(function, arguments);
            case 2 -> call2(function, arguments);
            case MAX_ARGUMENTS -> call3(function, arguments);
            default -> throw damaged("arguments=" + arguments.length);
        };
    }

    @SuppressWarnings("unchecked") // the same function with the same arguments as in the parent
    private static FunctionCall call1(Object function, @Nullable Object[] arguments) {
        return new FunctionCall.Call1<>((SerializableConsumer<@Nullable Object>) function, arguments[0]);
    }

    @SuppressWarnings("unchecked") // as above
    private static FunctionCall call2(Object function, @Nullable Object[] arguments) {
        return new FunctionCall.Call2<>(
                (SerializableBiConsumer<@Nullable Object, @Nullable Object>) function, arguments[0], arguments[1]);
    }

    @SuppressWarnings("unchecked") // as above
    private static FunctionCall call3(Object function, @Nullable Object[] arguments) {
        return new FunctionCall.Call3<>(
                (SerializableTriConsumer<@Nullable Object, @Nullable Object, @Nullable Object>) function,
                arguments[0],
                arguments[1],
                arguments[2]);
    }

    /** Rebuilds the lambda, as {@code SerializedLambda.readResolve} does, which is private. */
    private static Object anew(Lambda lambda) throws IOException {
        try {
            Method method = lambda.capturing.getDeclaredMethod(DESERIALIZE, SerializedLambda.class);
            method.setAccessible(true);
            return method.invoke(null, lambda.serialized);
        } catch (InvocationTargetException e) {
            throw notHere(lambda.capturing, e.getCause());
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw notHere(lambda.capturing, e);
        }
    }

    private static InvalidObjectException notHere(Class<?> capturing, @Nullable Throwable cause) {
        InvalidObjectException invalid = new InvalidObjectException("the function is not in " + capturing.getName()
                + " as the child loads it: reason=" + cause + "; give the child the class path of its parent");
        invalid.initCause(cause);
        return invalid;
    }

    private static IOException damaged(String what) {
        return new IOException("a task is damaged: " + what);
    }

    private static final class Lambda {

        final Class<?> capturing;
        final SerializedLambda serialized;

        Lambda(Class<?> capturing, SerializedLambda serialized) {
            this.capturing = capturing;
            this.serialized = serialized;
        }
    }

    private static final class Reader {

        private final DataInputStream in;
        private final List<SharedQueue<?>> queues = new ArrayList<>();

        Reader(DataInputStream in) {
            this.in = in;
        }

        private Class<?> readClass() throws IOException, ClassNotFoundException {
            String name = in.readUTF().replace('/', '.');
            return Class.forName(name, false, Thread.currentThread().getContextClassLoader());
        }

        Method readMethod() throws IOException, ClassNotFoundException {
            Class<?> owner = readClass();
            try {
                Method method = method(owner, in.readUTF(), in.readUTF());
                method.setAccessible(true);
                return method;
            } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
                throw notHere(owner, e);
            }
        }

        Lambda readLambda() throws IOException, ClassNotFoundException {
            Class<?> capturing = readClass();
            return new Lambda(
                    capturing,
                    new SerializedLambda(
                            capturing,
                            in.readUTF(),
                            in.readUTF(),
                            in.readUTF(),
                            in.readInt(),
                            in.readUTF(),
                            in.readUTF(),
                            in.readUTF(),
                            in.readUTF(),
                            readAll()));
        }

        @Nullable
        Object[] readAll() throws IOException {
            @Nullable Object[] values = new @Nullable Object[in.readUnsignedByte()];
            for (int i = 0; i < values.length; i++) {
                values[i] = read();
            }
            return values;
        }

        private @Nullable Object read() throws IOException {
            byte type = in.readByte();
            return switch (type) {
                case NULL -> null;
                case STRING -> in.readUTF();
                case INTEGER -> in.readInt();
                case LONG -> in.readLong();
                case DOUBLE -> in.readDouble();
                case BOOLEAN -> in.readBoolean();
                case QUEUE -> readQueue(in.readUTF());
                case QUEUE_AGAIN -> queueAgain(in.readInt());
                default -> throw damaged("type=" + type);
            };
        }

        private SharedQueue<?> readQueue(String link) throws IOException {
            SharedQueue<?> queue = QueueLink.open(link);
            boolean isKnown = false;
            try {
                queues.add(queue);
                isKnown = true;
                return queue;
            } finally {
                if (!isKnown) {
                    queue.close();
                }
            }
        }

        private SharedQueue<?> queueAgain(int index) throws IOException {
            if (index < 0 || index >= queues.size()) {
                throw damaged("queue=" + index + ", queues=" + queues.size());
            }
            return queues.get(index);
        }
    }
}
