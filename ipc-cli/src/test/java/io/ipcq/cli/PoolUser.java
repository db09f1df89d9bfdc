// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.connection.LightThreads;
import io.ipcq.pool.ProcessPool;
import io.ipcq.process.SerializableFunction;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A program with a pool of two workers, one of which has a task that does not end; its first argument is the pool's
 * name. If there is a second one, the workers crash instead, again and again.
 */
final class PoolUser {

    /** As a container ends who needs too much memory. */
    static final int EXIT = 137;

    private PoolUser() {}

    public static void main(String[] arguments) throws Exception {
        try (ProcessPool pool =
                ProcessPool.builder().workers(2).name(arguments[0]).create()) {
            pool.apply(PoolUser::square, 7);
            if (arguments.length > 1) {
                crash(pool);
            } else {
                var unused = pool.applyAsync((SerializableFunction<Integer, Integer>) PoolUser::nap, 1);
            }
            System.out.println("ready");
            System.in.read();
            pool.shutdownNow();
        }
    }

    /** As a task does that is put into the pool again whenever it fails. */
    private static void crash(ProcessPool pool) {
        var unused = pool.applyAsync((SerializableFunction<Integer, Integer>) PoolUser::halt, EXIT)
                .whenComplete((none, failure) -> {
                    if (!pool.isShutdown()) {
                        crash(pool);
                    }
                });
    }

    private static Integer halt(Integer code) {
        Runtime.getRuntime().halt(code);
        return code;
    }

    static Integer square(Integer number) {
        return number * number;
    }

    static Integer nap(Integer days) throws InterruptedException {
        LightThreads.start("light", () -> napLightly(days)); // virtual, where there are such threads
        TimeUnit.DAYS.sleep(days);
        return days;
    }

    private static void napLightly(int days) {
        LockSupport.parkNanos(TimeUnit.DAYS.toNanos(days));
    }
}
