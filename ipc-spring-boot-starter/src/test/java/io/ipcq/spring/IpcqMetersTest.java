// SPDX-License-Identifier: Apache-2.0
package io.ipcq.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class IpcqMetersTest {

    @Test
    @SuppressWarnings("unchecked")
    void shouldShowWhatQueuesContain(@TempDir Path directory) {
        new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(IpcqAutoConfiguration.class, IpcqMetricsAutoConfiguration.class))
                .withPropertyValues(
                        "ipcq.queue.letters.type=java.lang.String",
                        "ipcq.queue.letters.directory=" + directory.resolve("letters"))
                .run(context -> {
                    SimpleMeterRegistry registry = new SimpleMeterRegistry();
                    context.getBean(IpcqMeters.class).bindTo(registry);
                    SharedQueue<String> letters = (SharedQueue<String>) context.getBean("letters");
                    letters.put("a");
                    letters.put("b");
                    letters.get();
                    assertThat(registry.get("ipcq.queue.depth")
                                    .tag("queue", "letters")
                                    .gauge()
                                    .value())
                            .isEqualTo(1);
                    assertThat(registry.get("ipcq.queue.put")
                                    .tag("queue", "letters")
                                    .functionCounter()
                                    .count())
                            .isEqualTo(2);
                    assertThat(registry.get("ipcq.queue.dead.letters").gauge().value())
                            .isZero();
                    assertThat(registry.get("ipcq.pool.workers")
                                    .tag("pool", "ipcqPool")
                                    .gauges())
                            .as("not made for that")
                            .isNotEmpty()
                            .allSatisfy(gauge -> assertThat(gauge.value()).isZero());
                    context.getBean(IpcqMeters.class).close();
                    assertThat(registry.getMeters()).isEmpty();
                });
    }

    /** As a queue on Kafka, which the application has made itself. */
    @Test
    void shouldShowQueueThatHasNoDirectory() throws Exception {
        try (DurableQueue<String> files = DurableQueue.create(String.class)) {
            files.put("a");
            new ApplicationContextRunner()
                    .withConfiguration(
                            AutoConfigurations.of(IpcqAutoConfiguration.class, IpcqMetricsAutoConfiguration.class))
                    .withBean("elsewhere", DurableQueue.class, () -> withoutDirectory(files))
                    .run(context -> {
                        SimpleMeterRegistry registry = new SimpleMeterRegistry();
                        context.getBean(IpcqMeters.class).bindTo(registry);
                        assertThat(registry.get("ipcq.queue.depth")
                                        .tag("queue", "elsewhere")
                                        .gauge()
                                        .value())
                                .isEqualTo(1);
                        assertThat(registry.find("ipcq.queue.dead.letters").gauge())
                                .as("cannot be looked at without a handle of its own")
                                .isNull();
                    });
        }
    }

    private static DurableQueue<?> withoutDirectory(DurableQueue<?> queue) {
        return (DurableQueue<?>) Proxy.newProxyInstance(
                IpcqMetersTest.class.getClassLoader(),
                new Class<?>[] {DurableQueue.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("directory")) {
                        throw new UnsupportedOperationException("no directory");
                    }
                    return method.invoke(queue, arguments);
                });
    }
}
