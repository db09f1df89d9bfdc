// SPDX-License-Identifier: Apache-2.0
package io.ipcq.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ipcq.manager.Manager;
import io.ipcq.pool.ProcessPool;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.Status;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class IpcqAutoConfigurationTest {

    private static final Duration LONG = Duration.ofMinutes(3);
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    @TempDir
    Path directory;

    private ApplicationContextRunner application;

    public record Order(String article, int pieces) {}

    @BeforeEach
    void configure() {
        application = new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        IpcqAutoConfiguration.class, IpcqHealthOfBoot3.class, IpcqMetricsAutoConfiguration.class))
                .withPropertyValues(
                        "ipcq.queue.orders.type=" + Order.class.getName(),
                        "ipcq.queue.orders.directory=" + directory.resolve("orders"),
                        "ipcq.queue.orders.max-attempts=2",
                        "ipcq.queue.orders.redelivery-delay=0s",
                        "ipcq.queue.ticks.kind=memory",
                        "ipcq.queue.ticks.type=java.lang.Long");
    }

    /** What listeners have got. */
    static class Listeners {
        final List<Object> got = new CopyOnWriteArrayList<>();
        final CountDownLatch begun = new CountDownLatch(1);
        final CountDownLatch mayEnd = new CountDownLatch(1);
        final AtomicBoolean finished = new AtomicBoolean();

        @QueueListener(queue = "orders", id = "orders")
        void handle(Order order) throws InterruptedException {
            got.add(order);
            if (order.pieces() < 0) {
                throw new IllegalArgumentException("pieces=" + order.pieces());
            }
            if (order.article().equals("slow")) {
                begun.countDown();
                Thread.sleep(500);
                finished.set(true);
            }
            if (order.article().equals("endless")) {
                begun.countDown();
                mayEnd.await();
            }
        }

        @QueueListener(queue = "${ticks.queue:ticks}", workers = "${ticks.workers:3}")
        void tick(Long tick) {
            got.add(tick);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class WithListeners {
        @Bean
        Listeners listeners() {
            return new Listeners();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class WithInjection {
        @Autowired
        DurableQueue<Order> byType;

        @Autowired
        SharedQueue<Long> ticks;
    }

    @Test
    void shouldMakeQueuesThatAreInjectedByTheirElements() {
        application.withUserConfiguration(WithInjection.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getBean(WithInjection.class).byType.options().maxAttempts())
                    .isEqualTo(2);
            assertThat(context.getBean(WithInjection.class).ticks).isSameAs(context.getBean("ticks"));
        });
    }

    @Test
    void shouldStartNothingThatIsNotUsed() {
        application.run(context -> {
            ConfigurableApplicationContext all =
                    context.getSourceApplicationContext(ConfigurableApplicationContext.class);
            assertThat(all.getBeanFactory().containsSingleton("ipcqPool")).isFalse();
            assertThat(all.getBeanFactory().containsSingleton("orders")).isFalse();
            assertThat(context).doesNotHaveBean(Manager.class);
            assertThat(directory.resolve("orders")).doesNotExist();
        });
    }

    @Test
    void shouldNameThePropertyThatIsMissing() {
        application
                .withPropertyValues("ipcq.queue.more.directory=" + directory.resolve("more"))
                .run(context -> assertThat(context).getFailure().hasStackTraceContaining("Set ipcq.queue.more.type"));
    }

    @Test
    void shouldCallListenersAndBuryWhatTheyRefuse() {
        application.withUserConfiguration(WithListeners.class).run(context -> {
            Listeners listeners = context.getBean(Listeners.class);
            DurableQueue<Order> orders = orders(context.getBean("orders"));
            orders.put(new Order("tea", 1));
            orders.put(new Order("none", -1));
            SharedQueue<Long> ticks = ticks(context.getBean("ticks"));
            ticks.put(7L);
            await().atMost(LONG).until(() -> listeners.got.size() == 4);
            assertThat(listeners.got)
                    .containsExactlyInAnyOrder(new Order("tea", 1), new Order("none", -1), new Order("none", -1), 7L);
            await().atMost(LONG).until(() -> orders.deadLetters().qsize() == 1);
            orders.join();
        });
    }

    @Test
    void shouldPauseAndResume() {
        application.withUserConfiguration(WithListeners.class).run(context -> {
            QueueListenerContainer container =
                    context.getBean(QueueListeners.class).get("orders").orElseThrow();
            container.pause();
            DurableQueue<Order> orders = orders(context.getBean("orders"));
            orders.put(new Order("tea", 1));
            assertThat(orders.join(Duration.ofMillis(300))).isFalse();
            assertThat(context.getBean(Listeners.class).got).isEmpty();
            container.resume();
            orders.join();
            assertThat(container.stop(LONG)).isTrue();
            assertThat(container.isRunning()).isFalse();
            container.start();
            orders.put(new Order("coffee", 1));
            orders.join();
        });
    }

    @Test
    void shouldFinishElementInHandWhenTheApplicationEnds() {
        Listeners[] seen = new Listeners[1];
        application.withUserConfiguration(WithListeners.class).run(context -> {
            seen[0] = context.getBean(Listeners.class);
            orders(context.getBean("orders")).put(new Order("slow", 1));
            seen[0].begun.await();
        });
        assertThat(seen[0].finished).isTrue();
        application.run(
                context -> assertThat(orders(context.getBean("orders")).qsize()).isZero());
    }

    @Test
    void shouldGiveBackElementOfListenerThatTakesTooLong() {
        Listeners[] seen = new Listeners[1];
        try {
            application
                    .withUserConfiguration(WithListeners.class)
                    .withPropertyValues("ipcq.listener.shutdown-timeout=10ms")
                    .run(context -> {
                        seen[0] = context.getBean(Listeners.class);
                        orders(context.getBean("orders")).put(new Order("endless", 1));
                        seen[0].begun.await();
                    });
            application.run(context ->
                    assertThat(orders(context.getBean("orders")).get(LONG)).isEqualTo(new Order("endless", 1)));
        } finally {
            if (seen[0] != null) {
                seen[0].mayEnd.countDown();
            }
        }
    }

    @Test
    void shouldEndListenersFirstAndThePoolAfterRequestsAndExecutors() {
        application.run(context -> {
            assertThat(context.getBean(QueueListeners.class).getPhase())
                    .isGreaterThan(SmartLifecycle.DEFAULT_PHASE - 1024);
            assertThat(context.getBean(PoolLifecycle.class).getPhase()).isLessThan(SmartLifecycle.DEFAULT_PHASE / 2);
        });
    }

    @Test
    void shouldMakePoolOfProperties() {
        application
                .withPropertyValues("ipcq.pool.workers=1", "ipcq.pool.retries=2", "ipcq.pool.task-timeout=30s")
                .run(context -> {
                    ProcessPool pool = context.getBean(ProcessPool.class);
                    assertThat(pool.options().workers()).isEqualTo(1);
                    assertThat(pool.options().retries()).isEqualTo(2);
                    int three = pool.apply(IpcqAutoConfigurationTest::plusOne, 2);
                    assertThat(three).isEqualTo(3);
                });
    }

    private static int plusOne(int a) {
        return a + 1;
    }

    @Test
    void shouldStartManagerForQueues() {
        application
                .withPropertyValues(
                        "ipcq.manager.start=true",
                        "ipcq.queue.letters.kind=manager",
                        "ipcq.queue.letters.type=java.lang.String")
                .run(context -> {
                    SharedQueue<String> letters = letters(context.getBean("letters"));
                    letters.put("a");
                    assertThat(context.getBean(Manager.class)
                                    .queue("letters", String.class)
                                    .get())
                            .isEqualTo("a");
                });
    }

    @Test
    void shouldSayHowQueuesAre() {
        application.run(context -> {
            HealthIndicator health = context.getBean(HealthIndicator.class);
            assertThat(health.health().getStatus()).isEqualTo(Status.UP);
            assertThat(health.health().getDetails()).containsOnlyKeys("orders", "ticks");
            ticks(context.getBean("ticks")).close();
            assertThat(health.health().getStatus()).isEqualTo(Status.DOWN);
        });
    }

    /** It is asked every few seconds, as long as the application runs. */
    @Test
    void shouldKeepNothingOpenThatItLookedAt() {
        assumeTrue(Files.isDirectory(DESCRIPTORS));
        application.run(context -> {
            HealthIndicator health = context.getBean(HealthIndicator.class);
            health.health();
            List<String> before = openFiles();
            assertThat(before).as("of the queue itself").isNotEmpty();
            for (int i = 0; i < 10; i++) {
                health.health();
            }
            await().atMost(LONG).untilAsserted(() -> assertThat(openFiles()).hasSizeLessThanOrEqualTo(before.size()));
        });
    }

    /** Those of the queue that have a descriptor; what is mapped goes with the next garbage collection. */
    private List<String> openFiles() throws IOException {
        List<String> files = new ArrayList<>();
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(DESCRIPTORS)) {
            for (Path descriptor : descriptors) {
                try {
                    files.add(Files.readSymbolicLink(descriptor).toString());
                } catch (IOException closedMeanwhile) {
                    // as that of this look is
                }
            }
        }
        String queues = directory.toString();
        return files.stream().filter(file -> file.startsWith(queues)).sorted().toList();
    }

    @Test
    void shouldDoWithoutActuatorAndMicrometer() {
        application
                .withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate", "io.micrometer"))
                .withUserConfiguration(WithInjection.class)
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("ipcqHealthIndicator"));
    }

    @SuppressWarnings("unchecked")
    private static DurableQueue<Order> orders(Object bean) {
        return (DurableQueue<Order>) bean;
    }

    @SuppressWarnings("unchecked")
    private static SharedQueue<Long> ticks(Object bean) {
        return (SharedQueue<Long>) bean;
    }

    @SuppressWarnings("unchecked")
    private static SharedQueue<String> letters(Object bean) {
        return (SharedQueue<String>) bean;
    }
}
