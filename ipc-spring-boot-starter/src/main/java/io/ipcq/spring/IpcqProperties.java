// SPDX-License-Identifier: Apache-2.0
package io.ipcq.spring;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties of an application that begin with {@code ipcq}. Immutable.
 *
 * @param pool the pool of processes, a bean of type {@code ProcessPool}
 * @param queue a queue for each name, a bean of that name
 * @param manager the manager, a bean of type {@code Manager}
 * @param listener what holds for all methods with {@code @QueueListener}
 */
@ConfigurationProperties("ipcq")
public record IpcqProperties(
        @DefaultValue Pool pool,
        Map<String, Queue> queue,
        @DefaultValue Manager manager,
        @DefaultValue Listener listener) {

    public IpcqProperties {
        queue = queue == null ? Map.of() : Map.copyOf(queue);
    }

    /**
     * The pool. A value that is not given is the one of {@code ProcessPool.builder()}.
     *
     * @param enabled Whether there is a pool. Its workers start when it is used first.
     * @param workers How many workers it has.
     * @param maxTasksPerWorker After how many tasks a worker is replaced.
     * @param maxWorkerHeap The largest heap of a worker, such as 512m.
     * @param taskTimeout How long a task may take.
     * @param retries How often a task is tried again whose worker died.
     * @param jvmOptions Options of the workers' JVMs.
     * @param shutdownTimeout How long the application waits at its end for tasks that were submitted; those that are
     *     left are cancelled.
     */
    public record Pool(
            @DefaultValue("true") boolean enabled,
            @Nullable Integer workers,
            @Nullable Integer maxTasksPerWorker,
            @Nullable String maxWorkerHeap,
            @Nullable Duration taskTimeout,
            @Nullable Integer retries,
            @DefaultValue List<String> jvmOptions,
            @DefaultValue("20s") Duration shutdownTimeout) {}

    /**
     * A queue. A value that is not given is the one of the queue's builder.
     *
     * @param kind Where its elements are: in files, in shared memory, or in the manager's process.
     * @param type The class of its elements.
     * @param directory Its directory, for files and memory. One in memory without a directory is for this application
     *     and its children.
     * @param maxSize How many elements it can contain.
     * @param leaseTimeout How long a consumer may work on an element of a durable queue. Without one, as long as it
     *     lives.
     * @param maxAttempts How often an element of a durable queue is delivered before it goes to the dead letters.
     * @param redeliveryDelay How long an element of a durable queue waits before it is delivered again.
     * @param sync Whether a put to a durable queue returns only when the storage device has the element.
     */
    public record Queue(
            @DefaultValue("durable") Kind kind,
            @Nullable Class<?> type,
            @Nullable Path directory,
            @Nullable Long maxSize,
            @Nullable Duration leaseTimeout,
            @Nullable Integer maxAttempts,
            @Nullable Duration redeliveryDelay,
            @Nullable Boolean sync) {}

    /** Where the elements of a queue are. */
    public enum Kind {
        /** In files: a {@code DurableQueue}. */
        DURABLE,
        /** In shared memory: a {@code SharedQueue}. */
        MEMORY,
        /** In the process of the manager: a {@code SharedQueue}. */
        MANAGER
    }

    /**
     * The manager. There is none unless it is started or connected to.
     *
     * @param start Whether to start one, in a process of its own that ends with this application.
     * @param address Host and port of one that runs, such as localhost:7000, or the path of its socket.
     * @param keyFile The file with the key of the one that runs.
     */
    public record Manager(
            boolean start,
            @Nullable String address,
            @Nullable Path keyFile) {}

    /**
     * All listeners.
     *
     * @param shutdownTimeout How long the application waits at its end for elements that listeners work on; after that
     *     they are interrupted.
     * @param observationEnabled Whether Micrometer observes each call of a listener's method.
     */
    public record Listener(@DefaultValue("10s") Duration shutdownTimeout, boolean observationEnabled) {}
}
