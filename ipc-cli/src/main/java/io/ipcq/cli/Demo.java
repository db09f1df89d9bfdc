// SPDX-License-Identifier: Apache-2.0
package io.ipcq.cli;

import io.ipcq.samples.Sample01Fork;
import io.ipcq.samples.Sample02ChildProcess;
import io.ipcq.samples.Sample03Subclass;
import io.ipcq.samples.Sample04Pair;
import io.ipcq.samples.Sample05Redelivery;
import io.ipcq.samples.Sample06Engines;
import io.ipcq.samples.Sample07Pool;
import io.ipcq.samples.Sample08CrashProofPool;
import io.ipcq.samples.Sample09LazyMap;
import io.ipcq.samples.Sample10ManagedQueue;
import io.ipcq.samples.Sample11Pipeline;
import io.ipcq.samples.Sample12Pipe;
import io.ipcq.samples.Sample13Standby;
import io.ipcq.samples.Sample14SharedState;
import io.ipcq.samples.Sample15UntilItDies;
import io.ipcq.samples.Sample16WhoeverIsFirst;
import io.ipcq.samples.Sample17Metrics;

/** The programs of the samples ladder, by the names that the command line knows. */
enum Demo {
    FORK("one program becomes two processes", Sample01Fork::main),
    PROCESS("a function with an argument in another process", Sample02ChildProcess::main),
    SUBCLASS("a class that is a process, and what its JVM costs", Sample03Subclass::main),
    PAIR("two processes share a queue", Sample04Pair::main),
    REDELIVERY("a consumer is killed, and its task is not lost", Sample05Redelivery::main),
    ENGINES("which of the two queues, and when", Sample06Engines::main),
    WORKERS("three processes work through ten tasks", Sample07Pool::main),
    CRASH("a worker is killed, and its job completes", Sample08CrashProofPool::main),
    LAZY("a large input, little memory, and a progress bar", Sample09LazyMap::main),
    POOL("a pool's workers write to and read from a manager's queue", Sample10ManagedQueue::main),
    PIPELINE("stages at the pace of the slowest, and a clean end", Sample11Pipeline::main),
    PIPE("two processes talk to each other, and nobody else", Sample12Pipe::main),
    STANDBY("processes that start at once, in JVMs that waited", Sample13Standby::main),
    STATE("what workers find out, in a set, a value and an array", Sample14SharedState::main),
    UNTIL("the results of a process until it dies", Sample15UntilItDies::main),
    FIRST("one call waits for a process, a pipe and a queue", Sample16WhoeverIsFirst::main),
    METRICS("what Prometheus sees of queues and pools", Sample17Metrics::main),
    CLUSTER("three Kafka brokers; a worker and a broker are killed", ClusterDemo::main);

    /** The main method of a sample. */
    @FunctionalInterface
    interface Program {
        void run(String[] arguments) throws Exception;
    }

    private final String story;

    @SuppressWarnings("ImmutableEnumChecker") // a method of a sample, which has no state
    private final Program program;

    Demo(String story, Program program) {
        this.story = story;
        this.program = program;
    }

    String story() {
        return story;
    }

    void run(String... arguments) throws Exception {
        program.run(arguments);
    }

    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
