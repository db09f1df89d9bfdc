// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.Passed;
import io.ipcq.event.Span;
import io.ipcq.process.ChildLogs;
import io.ipcq.process.ChildProcess;
import io.ipcq.process.MissingClass;
import io.ipcq.process.TravelTrace;
import io.ipcq.queue.QueueClosedException;
import io.ipcq.queue.QueueShutdownException;
import io.ipcq.queue.SharedQueue;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.ObjectStreamException;
import java.io.Serializable;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The worker: a loop that takes a task, runs it, and puts the result. */
final class WorkerMain {

    private static final int FUNCTIONS = 500;
    private static final @Nullable Object[] NO_ARGUMENTS = {};

    private final SharedQueue<byte[]> tasks;
    private final ResultSender results;
    private final RunningTask running;
    private final Handles handles = new Handles();

    private final Map<Integer, Known> functions = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Known> eldest) {
            return size() > FUNCTIONS;
        }
    };

    /**
     * A function that this worker was sent. If it is stateless, it is kept as an object. Otherwise it is kept as bytes,
     * and each task gets an object of its own.
     */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares two
    private record Known(@Nullable Object object, byte[] bytes) {}

    private WorkerMain(SharedQueue<byte[]> tasks, SharedQueue<byte[]> results, SharedQueue<byte[]> control) {
        this.tasks = tasks;
        this.results = new ResultSender(results);
        this.running = new RunningTask(control);
    }

    /**
     * The function that the child process runs.
     *
     * @param level the name of a {@link System.Logger.Level}
     */
    static void serve(
            SharedQueue<byte[]> tasks,
            SharedQueue<byte[]> results,
            SharedQueue<byte[]> control,
            String level,
            byte @Nullable [] initializer) {
        boolean isThread = ChildProcess.current().thread();
        try {
            new WorkerMain(tasks, results, control).serve(System.Logger.Level.valueOf(level), initializer);
        } catch (QueueClosedException | QueueShutdownException poolGone) {
            // the pool is gone, so there is no more work
        } finally {
            if (isThread) { // what the end of a JVM would do
                List.of(tasks, results, control).forEach(SharedQueue::close);
                Passed.dropGone();
            }
        }
        if (isThread) {
            return;
        }
        // threads that a task left must not keep an unneeded worker alive
        System.exit(0);
    }

    private void serve(System.Logger.Level level, byte @Nullable [] initializer) {
        MissingClass.prepare();
        RemoteFailure.prepare();
        if (!ChildProcess.current().thread()) {
            ChildLogs.send(
                    entry -> results.put(
                            new MessageWriter(MessageKind.LOG).putBytes(entry).toBytes()),
                    level);
        }
        try {
            initialize(initializer);
        } catch (Throwable failed) {
            MessageWriter out = new MessageWriter(MessageKind.START_FAILED);
            RemoteFailure.of(MissingClass.explain(failed)).write(out);
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
                Duration patience = handles.patience();
                byte[] message = patience == null ? tasks.get() : tasks.get(patience);
                if (message != null) {
                    return message;
                }
                handles.letGo();
            } catch (InterruptedException meantForATask) {
                // the interrupt was meant for a task, which has ended
            }
        }
    }

    private void initialize(byte @Nullable [] initializer) throws Exception {
        if (initializer != null) {
            MessageReader in = new MessageReader(initializer);
            Invocation call = Invocation.of(in.getByte());
            byte[] function = Objects.requireNonNull(in.getBytes());
            call.invoke(object(function), Values.read(in, () -> handles));
        }
    }

    private Object object(byte[] function) throws IOException, ClassNotFoundException {
        return Objects.requireNonNull(
                handles.read(new ByteArrayInputStream(function), function.length, Serializable.class));
    }

    /** Runs a task. False if this JVM must not run another one. */
    private boolean run(MessageReader in) {
        in.getByte();
        long number = in.getLong();
        int functionNumber = in.getInt();
        boolean withFunction = in.getByte() == 1;
        Invocation call = Invocation.of(in.getByte());
        byte[] logContext = in.getBytes();
        byte[] traceContext = in.getBytes();
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
            @Nullable Object[] arguments = Values.read(in, () -> handles);
            @Nullable Object[] values;
            Span task = PoolEvents.task(number, function);
            Map<String, String> ownLog = null;
            Runnable ownTrace = null;
            running.begin(number);
            try {
                ownLog = LogContext.begin(logContext);
                ownTrace = TraceContext.begin(traceContext);
                values = call.invoke(function, arguments);
            } finally {
                running.end();
                TraceContext.end(ownTrace);
                LogContext.end(ownLog);
                if (task != null) {
                    task.close();
                }
            }
            results.put(encode(number, System.nanoTime() - begin, values));
        } catch (Throwable thrown) {
            try {
                results.put(encode(number, System.nanoTime() - begin, thrown));
            } catch (RuntimeException cutShort) {
                cutShort.addSuppressed(thrown);
                throw cutShort;
            }
            // the lack of memory may have broken anything
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
        RemoteFailure.of(MissingClass.explain(thrown)).write(out);
        return out.toBytes();
    }
}
