// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.process.TravelTrace;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.ObjectStreamException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The worker: one plain loop that takes a task, runs it, and puts the result. */
final class WorkerMain {

    private static final int FUNCTIONS = 500;
    private static final @Nullable Object[] NO_ARGUMENTS = {};

    private final WorkerSetup setup;
    private final ResultSender results;
    private final RunningTask running;
    private final Handles handles = new Handles();

    private final Map<Integer, Known> functions = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Known> eldest) {
            return size() > FUNCTIONS;
        }
    };

    /** A function that came: as an object if it is stateless, or as bytes, of which each task gets an object of its own. */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares two
    private record Known(@Nullable Object object, byte[] bytes) {}

    private WorkerMain(WorkerSetup setup) {
        this.setup = setup;
        this.results = new ResultSender(setup.results());
        this.running = new RunningTask(setup.control());
    }

    /** What the child process runs. */
    static void serve(WorkerSetup setup) {
        new WorkerMain(setup).serve();
        // threads that a task left must not keep a worker alive that nobody needs
        System.exit(0);
    }

    private void serve() {
        Interrupts.ignoreCtrlC();
        WorkerLogs.send(results, setup.logLevel());
        try {
            initialize();
        } catch (Throwable failed) {
            MessageWriter out = new MessageWriter(MessageKind.START_FAILED);
            RemoteFailure.of(failed).write(out);
            results.put(out.toBytes());
            return;
        }
        running.listen();
        results.put(new byte[] {MessageKind.READY});
        Chunks chunks = new Chunks();
        boolean goesOn = true;
        while (goesOn) {
            byte[] message = chunks.add(take());
            if (message != null) {
                goesOn = MessageKind.of(message) == MessageKind.TASK && run(new MessageReader(message));
            }
        }
    }

    private byte[] take() {
        while (true) {
            try {
                return setup.tasks().get();
            } catch (InterruptedException meantForATask) {
                // which has ended
            }
        }
    }

    private void initialize() throws Exception {
        byte[] bytes = setup.initializer();
        if (bytes != null) {
            MessageReader in = new MessageReader(bytes);
            Invocation call = Invocation.of(in.getByte());
            byte[] function = Objects.requireNonNull(in.getBytes());
            call.invoke(object(function), Values.read(in, handles));
        }
    }

    private Object object(byte[] function) throws IOException, ClassNotFoundException {
        return Objects.requireNonNull(handles.read(new ByteArrayInputStream(function), function.length));
    }

    /** False if this JVM is not to be trusted with another task. */
    private boolean run(MessageReader in) {
        in.getByte();
        long number = in.getLong();
        int functionNumber = in.getInt();
        boolean withFunction = in.getByte() == 1;
        Invocation call = Invocation.of(in.getByte());
        long begin = System.nanoTime();
        try {
            if (withFunction) {
                learn(functionNumber, in.getByte() == 1, Objects.requireNonNull(in.getBytes()));
            }
            Known known = functions.get(functionNumber);
            if (known == null) {
                results.put(new MessageWriter(MessageKind.UNKNOWN_FUNCTION)
                        .putLong(number)
                        .putLong(0)
                        .toBytes());
                return true;
            }
            Object function = known.object == null ? object(known.bytes) : known.object;
            @Nullable Object[] arguments = Values.read(in, handles);
            @Nullable Object[] values;
            running.begin(number);
            try {
                values = call.invoke(function, arguments);
            } finally {
                running.end();
            }
            results.put(encode(number, System.nanoTime() - begin, values));
        } catch (Throwable thrown) {
            results.put(encode(number, System.nanoTime() - begin, thrown));
            // it is not known what the lack of memory broke
            return !(thrown instanceof OutOfMemoryError);
        }
        return true;
    }

    private void learn(int number, boolean stateless, byte[] bytes) throws IOException, ClassNotFoundException {
        functions.put(number, new Known(stateless ? object(bytes) : null, bytes));
    }

    private static byte[] encode(long number, long nanos, @Nullable Object[] values) throws IOException {
        MessageWriter out =
                new MessageWriter(MessageKind.RESULT).putLong(number).putLong(nanos);
        try {
            Values.write(out, values);
        } catch (ObjectStreamException | RuntimeException | StackOverflowError refused) {
            throw TravelTrace.refusal("the result of a task", values[0], "result", NO_ARGUMENTS, "result ", refused);
        }
        return out.toBytes();
    }

    private static byte[] encode(long number, long nanos, Throwable thrown) {
        MessageWriter out =
                new MessageWriter(MessageKind.FAILURE).putLong(number).putLong(nanos);
        RemoteFailure.of(thrown).write(out);
        return out.toBytes();
    }
}
