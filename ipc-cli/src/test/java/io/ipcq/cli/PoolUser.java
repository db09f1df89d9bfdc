// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.connection.LightThreads;
import io.ipcq.pool.ProcessPool;
import io.ipcq.process.SerializableFunction;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A program with a pool of two workers, one of which has a task that does not end; its first argument is the pool's
 * name.
 */
final class PoolUser {

    private PoolUser() {}

    public static void main(String[] arguments) throws Exception {
        try (ProcessPool pool =
                ProcessPool.builder().workers(2).name(arguments[0]).create()) {
            pool.apply(PoolUser::square, 7);
            var unused = pool.applyAsync((SerializableFunction<Integer, Integer>) PoolUser::nap, 1);
            System.out.println("ready");
            System.in.read();
            pool.shutdownNow();
        }
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
