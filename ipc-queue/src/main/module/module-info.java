// SPDX-License-Identifier: Apache-2.0
/**
 * Shared state: mapped memory, codecs and queues.
 *
 * <p>Chronicle Queue has no module of its own name, so it is an automatic one, and all others of that kind on the
 * module path are resolved with it. A durable queue opens to Chronicle's modules what they need of the JDK.
 */
module io.ipcq.queue {
    requires com.fasterxml.jackson.annotation;
    requires tools.jackson.databind;
    requires org.slf4j;
    requires chronicle.bytes;
    requires chronicle.core;
    requires chronicle.queue;
    requires chronicle.wire;
    requires static org.jnrproject.jffi; // native calls, on Java 17 to 21
    requires static transitive org.jspecify;
    requires static java.logging; // behind SLF4J
    requires static jdk.jfr; // events of the Flight Recorder
    requires java.naming; // Chronicle has an exception of it
    requires jdk.unsupported;

    exports io.ipcq;
    exports io.ipcq.codec;
    exports io.ipcq.memory;
    exports io.ipcq.observe;
    exports io.ipcq.queue;

    uses io.ipcq.queue.DurableQueueProvider;
}
