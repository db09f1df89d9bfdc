// SPDX-License-Identifier: Apache-2.0
package io.ipcq.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.util.backoff.FixedBackOff;

/** What {@link QueueListener} offers beside calling a method. */
class QueueListenerTest {

    private static final Duration LONG = Duration.ofMinutes(3);

    @TempDir
    Path directory;

    private ApplicationContextRunner application;

    @BeforeEach
    void configure() {
        application = new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(IpcqAutoConfiguration.class, IpcqObservationAutoConfiguration.class))
                .withPropertyValues(
                        "ipcq.queue.words.type=java.lang.String",
                        "ipcq.queue.words.directory=" + directory.resolve("words"),
                        "ipcq.queue.words.max-attempts=3",
                        "ipcq.queue.ticks.kind=memory",
                        "ipcq.queue.ticks.type=java.lang.Long");
    }

    /** Begins when told, so that more than one element is there. */
    @Configuration(proxyBeanMethods = false)
    static class Batches {
        final List<List<?>> got = new CopyOnWriteArrayList<>();
        final List<QueueListenerEvent> events = new CopyOnWriteArrayList<>();

        @QueueListener(queue = "words", id = "words", batch = "3", autoStartup = "false")
        void handle(List<String> words) {
            got.add(words);
            if (words.contains("bad")) {
                throw new IllegalArgumentException("bad");
            }
        }

        @QueueListener(queue = "ticks", id = "ticks", batch = "100", autoStartup = "false")
        void tick(List<Long> ticks) {
            got.add(ticks);
        }

        @EventListener
        void note(QueueListenerEvent event) {
            events.add(event);
        }
    }

    private static void start(ApplicationContext context, String id) {
        context.getBean(QueueListeners.class).get(id).orElseThrow().start();
    }

    @Test
    void shouldCallWithWhatIsThere() {
        application.withUserConfiguration(Batches.class).run(context -> {
            DurableQueue<String> words = words(context.getBean("words"));
            words.putAll(List.of("a", "b", "c", "d"));
            SharedQueue<Long> ticks = ticks(context.getBean("ticks"));
            ticks.putAll(List.of(1L, 2L));
            start(context, "words");
            start(context, "ticks");
            words.join();
            Batches batches = context.getBean(Batches.class);
            await().atMost(LONG).until(() -> batches.got.size() == 3);
            assertThat(batches.got).containsExactlyInAnyOrder(List.of("a", "b", "c"), List.of("d"), List.of(1L, 2L));
        });
    }

    @Test
    void shouldGiveBatchBackAsAWhole() {
        application
                .withUserConfiguration(Batches.class)
                .withPropertyValues("ipcq.queue.words.redelivery-delay=0s")
                .run(context -> {
                    DurableQueue<String> words = words(context.getBean("words"));
                    words.putAll(List.of("good", "bad"));
                    start(context, "words");
                    words.join();
                    Batches batches = context.getBean(Batches.class);
                    assertThat(batches.got.stream().flatMap(List::stream).filter("bad"::equals))
                            .hasSize(3);
                    assertThat(words.deadLetters().qsize()).isPositive();
                });
    }

    @Test
    void shouldTellOfListeners() {
        Batches[] batches = new Batches[1];
        application
                .withUserConfiguration(Batches.class)
                .withPropertyValues("ipcq.queue.words.max-attempts=1")
                .run(context -> {
                    batches[0] = context.getBean(Batches.class);
                    DurableQueue<String> words = words(context.getBean("words"));
                    words.put("bad");
                    start(context, "words");
                    words.join();
                    ticks(context.getBean("ticks")).shutdown();
                    start(context, "ticks");
                    await().atMost(LONG)
                            .until(() -> batches[0].events.contains(new QueueListenerEvent.Drained("ticks")));
                });
        assertThat(batches[0].events)
                .filteredOn(event -> event.id().equals("words"))
                .hasSize(3)
                .satisfies(events -> {
                    assertThat(events.get(0)).isEqualTo(new QueueListenerEvent.Started("words"));
                    assertThat(events.get(1)).isInstanceOfSatisfying(QueueListenerEvent.Failed.class, failed -> {
                        assertThat(failed.element()).isEqualTo(List.of("bad"));
                        assertThat(failed.thrown()).hasMessage("bad");
                    });
                    assertThat(events.get(2)).isEqualTo(new QueueListenerEvent.Stopped("words"));
                });
    }

    @Configuration(proxyBeanMethods = false)
    static class Careful {
        final List<String> got = new CopyOnWriteArrayList<>();
        final List<String> refused = new CopyOnWriteArrayList<>();

        @QueueListener(queue = "words", id = "words", filter = "known", errorHandler = "handler")
        void handle(String word) {
            got.add(word);
            if (word.startsWith("bad")) {
                throw new IllegalArgumentException(word);
            }
        }

        @Bean
        Predicate<String> known() {
            return word -> {
                if (word.equals("worse")) {
                    throw new IllegalStateException(word);
                }
                return !word.equals("unknown");
            };
        }

        @Bean
        QueueErrorHandler handler() {
            QueueErrorHandler pauses = QueueErrorHandler.backOff(new FixedBackOff(0, 2));
            return (listener, delivery, thrown) -> {
                refused.add(listener + " " + thrown.getMessage() + " " + delivery.attempts());
                if (thrown.getMessage().equals("bad for good")) {
                    delivery.ack();
                } else if (thrown.getMessage().equals("bad handler")) {
                    throw new IllegalStateException("the handler's own fault");
                } else {
                    pauses.handle(listener, delivery, thrown);
                }
            };
        }

        @Bean
        ObservationRegistry observations(SimpleMeterRegistry meters) {
            ObservationRegistry registry = ObservationRegistry.create();
            registry.observationConfig().observationHandler(new DefaultMeterObservationHandler(meters));
            return registry;
        }

        @Bean
        SimpleMeterRegistry meters() {
            return new SimpleMeterRegistry();
        }
    }

    /** The delay of the queue is an hour: what comes again comes by the handler. */
    @Test
    void shouldAskFilterAndErrorHandler() {
        application
                .withUserConfiguration(Careful.class)
                .withPropertyValues("ipcq.queue.words.redelivery-delay=1h")
                .run(context -> {
                    DurableQueue<String> words = words(context.getBean("words"));
                    words.putAll(List.of("good", "unknown", "bad", "bad for good", "worse"));
                    await().atMost(LONG).until(() -> words.deadLetters().qsize() == 2);
                    words.join();
                    Careful careful = context.getBean(Careful.class);
                    assertThat(careful.got).containsExactlyInAnyOrder("good", "bad", "bad", "bad", "bad for good");
                    assertThat(careful.refused)
                            .containsExactlyInAnyOrder(
                                    "words bad 1",
                                    "words bad 2",
                                    "words bad 3",
                                    "words bad for good 1",
                                    "words worse 1",
                                    "words worse 2",
                                    "words worse 3");
                });
    }

    @Test
    void shouldGiveBackWhatErrorHandlerFailsAt() {
        application
                .withUserConfiguration(Careful.class)
                .withPropertyValues("ipcq.queue.words.redelivery-delay=0s")
                .run(context -> {
                    DurableQueue<String> words = words(context.getBean("words"));
                    words.put("bad handler");
                    await().atMost(LONG).until(() -> words.deadLetters().qsize() == 1);
                    words.join();
                });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldObserveCallsIfThatIsWanted(boolean wanted) {
        application
                .withUserConfiguration(Careful.class)
                .withPropertyValues("ipcq.listener.observation-enabled=" + wanted)
                .run(context -> {
                    DurableQueue<String> words = words(context.getBean("words"));
                    words.putAll(List.of("good", "bad for good"));
                    words.join();
                    await().atMost(LONG)
                            .until(() -> context.getBean(Careful.class).refused.size() == 1);
                    var timers = context.getBean(SimpleMeterRegistry.class)
                            .find("ipcq.listener")
                            .tag("listener", "words")
                            .timers();
                    assertThat(timers.stream().mapToLong(timer -> timer.count()).sum())
                            .isEqualTo(wanted ? 2 : 0);
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ipcq.queue.more.directory=/tmp/more, Set ipcq.queue.more.type.",
                "ipcq.queue.more.type=java.lang.String, Set ipcq.queue.more.directory.",
                "ipcq.manager.address=localhost:1, Set ipcq.manager.key-file.",
                "words.batch=many, Let it be 0 or more.",
                "words.kind=memory, Take the element itself as the parameter"
            })
    void shouldSayWhatToSet(String propertyAndAction) {
        String[] parts = propertyAndAction.split(", ", 2);
        application
                .withUserConfiguration(Strange.class)
                .withPropertyValues("words.batch=0", "words.kind=durable", "ipcq.queue.words.kind=${words.kind}")
                .withPropertyValues(parts[0])
                .run(context -> {
                    assertThat(context).hasFailed();
                    FailureAnalysis analysis = new IpcqFailureAnalyzer().analyze(context.getStartupFailure());
                    assertThat(analysis).isNotNull();
                    assertThat(analysis.getDescription()).startsWith("ipcq: ");
                    assertThat(analysis.getAction()).startsWith(parts[1]);
                });
    }

    @Configuration(proxyBeanMethods = false)
    static class Strange {
        @QueueListener(queue = "words", id = "words", batch = "${words.batch}", errorHandler = "handler")
        void handle(String word) {}

        @Bean
        QueueErrorHandler handler() {
            return (listener, delivery, thrown) -> {};
        }
    }

    @SuppressWarnings("unchecked")
    private static DurableQueue<String> words(Object bean) {
        return (DurableQueue<String>) bean;
    }

    @SuppressWarnings("unchecked")
    private static SharedQueue<Long> ticks(Object bean) {
        return (SharedQueue<Long>) bean;
    }
}
