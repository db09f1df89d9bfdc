// SPDX-License-Identifier: Apache-2.0
package io.ipcq.pool;

import io.ipcq.event.Events;
import io.ipcq.event.Span;
import io.ipcq.process.ChildProcess;
import org.jspecify.annotations.Nullable;

/** Tells the Flight Recorder how tasks and workers end, if it records. Throws nothing. */
final class PoolEvents {

    private PoolEvents() {}

    /** In the worker: a task runs from now on, until the span is closed. Null if nothing is recorded. */
    static @Nullable Span task(long number, Object function) {
        try {
            return Events.areRecorded() ? Recorded.task(number, function) : null;
        } catch (Throwable notRecorded) {
            return null;
        }
    }

    /** In the parent: a worker has ended while it held a task. */
    static void crash(String pool, String worker, long pid, String exit, String task) {
        try {
            if (Events.areRecorded()) {
                Recorded.crash(pool, worker, pid, exit, task);
            }
        } catch (Throwable notRecorded) {
            // the pool goes on without it
        }
    }

    /** A class of its own, because {@code jdk.jfr} may be missing. */
    private static final class Recorded {

        private static final String OF_LAMBDAS = "$$Lambda";

        static @Nullable Span task(long number, Object function) {
            TaskEvent event = new TaskEvent();
            if (!event.isEnabled()) {
                return null;
            }
            event.begin();
            return () -> end(event, number, function);
        }

        private static void end(TaskEvent event, long number, Object function) {
            try {
                event.end();
                if (event.shouldCommit()) {
                    event.worker = ChildProcess.current().name();
                    event.number = number;
                    event.function = written(function.getClass().getName());
                    event.commit();
                }
            } catch (Throwable notRecorded) {
                // the task has a result all the same
            }
        }

        /** The class in which a lambda is written, because the lambda's own class has another name each time. */
        private static String written(String name) {
            int end = name.indexOf(OF_LAMBDAS);
            return end < 0 ? name : name.substring(0, end);
        }

        static void crash(String pool, String worker, long pid, String exit, String task) {
            WorkerCrashEvent event = new WorkerCrashEvent();
            if (event.shouldCommit()) {
                event.pool = pool;
                event.worker = worker;
                event.pid = pid;
                event.exit = exit;
                event.task = task;
                event.commit();
            }
        }
    }
}
