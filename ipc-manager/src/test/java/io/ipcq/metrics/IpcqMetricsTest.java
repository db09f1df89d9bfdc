// SPDX-License-Identifier: Apache-2.0
package io.ipcq.metrics;

import static io.ipcq.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipcq.connection.AuthKey;
import io.ipcq.manager.Manager;
import io.ipcq.manager.server.ManagerServer;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IpcqMetricsTest {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @TempDir
    Path parent;

    @AfterEach
    void closeRegistry() {
        registry.close();
    }

    private double gauge(String name, String... tags) {
        return registry.get(name).tags(tags).gauge().value();
    }

    private double counter(String name, String... tags) {
        return registry.get(name).tags(tags).functionCounter().count();
    }

    @Test
    void shouldShowQueueInMemory() throws Exception {
        try (SharedQueue<String> queue =
                SharedQueue.builder(String.class).maxSize(10).create()) {
            new IpcqMetrics(new Watched().queue("letters", queue)).bindTo(registry);
            assertThat(gauge("ipcq.queue.oldest.age", "queue", "letters"))
                    .as("nothing waits")
                    .isZero();
            queue.put("a");
            queue.put("b");
            queue.get();
            await().until(() -> gauge("ipcq.queue.oldest.age") > 0.02);
            assertThat(gauge("ipcq.queue.depth", "queue", "letters")).isEqualTo(1);
            assertThat(counter("ipcq.queue.put", "queue", "letters")).isEqualTo(2);
            assertThat(counter("ipcq.queue.taken", "queue", "letters")).isEqualTo(1);
            assertThat(gauge("ipcq.queue.unfinished")).isEqualTo(2);
            assertThat(gauge("ipcq.queue.capacity")).isEqualTo(10);
            assertThat(gauge("ipcq.queue.members")).isEqualTo(1);
            assertThat(gauge("ipcq.queue.bytes")).isPositive();
            assertThat(registry.find("ipcq.queue.leased").meter())
                    .as("nothing can be leased")
                    .isNull();
        }
    }

    @Test
    void shouldShowDurableQueue() throws Exception {
        try (DurableQueue<String> queue =
                DurableQueue.builder(String.class).maxAttempts(1).create(parent.resolve("letters"))) {
            new IpcqMetrics(new Watched().queue("letters", queue)).bindTo(registry);
            assertThat(gauge("ipcq.queue.dead.letters")).isZero();
            queue.put("a");
            queue.put("b");
            queue.receive().nack();
            queue.receive();
            assertThat(gauge("ipcq.queue.leased")).isEqualTo(1);
            assertThat(gauge("ipcq.queue.dead.letters")).isEqualTo(1);
            assertThat(gauge("ipcq.queue.unburied")).isZero();
            assertThat(registry.find("ipcq.queue.capacity").meter())
                    .as("it has no bound")
                    .isNull();
            assertThat(gauge("ipcq.queue.members")).as("who looks is no member").isEqualTo(1);
        }
    }

    @Test
    void shouldKeepTotalsAndDropTheRestOfWhatIsClosed() throws Exception {
        SharedQueue<String> queue = SharedQueue.create(String.class);
        new IpcqMetrics(new Watched().queue("letters", queue)).bindTo(registry);
        queue.put("a");
        assertThat(counter("ipcq.queue.put")).isEqualTo(1);
        queue.close();
        assertThat(counter("ipcq.queue.put")).isEqualTo(1);
        assertThat(gauge("ipcq.queue.depth")).isNaN();
        assertThat(gauge("ipcq.queue.oldest.age")).isNaN();
    }

    /** Nothing else refers to what the meters ask, and those keep it only weakly. */
    @Test
    void shouldGoOnWhenNobodyKeepsTheBinder() throws Exception {
        try (SharedQueue<String> queue = SharedQueue.create(String.class)) {
            new IpcqMetrics(new Watched().queue("letters", queue)).bindTo(registry);
            queue.put("a");
            System.gc();
            assertThat(counter("ipcq.queue.put")).isEqualTo(1);
        }
    }

    @Test
    void shouldAddUpNamesBeyondTheirNumber() throws Exception {
        List<SharedQueue<String>> queues = new ArrayList<>();
        try {
            Watched watched = new Watched();
            for (int i = 0; i < 4; i++) {
                queues.add(SharedQueue.create(String.class));
                queues.get(i).put("a");
                watched.queue("queue-" + i, queues.get(i));
            }
            try (IpcqMetrics some = new IpcqMetrics(watched, Tags.of("app", "shop"), 2)) {
                some.bindTo(registry);
                assertThat(depths("app", "shop")).containsExactlyInAnyOrder("queue-0 1.0", "queue-1 1.0", "other 2.0");
            }
            assertThat(registry.getMeters()).as("once it is closed").isEmpty();
            try (IpcqMetrics sums = new IpcqMetrics(watched, Tags.empty(), 0)) {
                sums.bindTo(registry);
                assertThat(depths()).containsExactly("other 4.0");
                queues.get(0).get();
                await().until(() -> gauge("ipcq.queue.oldest.age") > 0.02);
                queues.get(1).close();
                assertThat(gauge("ipcq.queue.oldest.age"))
                        .as("the greatest of those that are open")
                        .isGreaterThan(0.02);
            }
        } finally {
            queues.forEach(SharedQueue::close);
        }
    }

    private List<String> depths(String... tags) {
        return registry.get("ipcq.queue.depth").tags(tags).gauges().stream()
                .map(gauge -> gauge.getId().getTag("queue") + " " + gauge.value())
                .toList();
    }

    @Test
    void shouldRefuseNameThatIsTaken() throws Exception {
        try (SharedQueue<String> queue = SharedQueue.create(String.class)) {
            Watched watched = new Watched().queue("letters", queue);
            assertThatThrownBy(() -> watched.queue("letters", queue))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("name=letters");
        }
    }

    @Test
    void shouldShowManager() throws Exception {
        AuthKey key = AuthKey.random();
        try (ManagerServer server = ManagerServer.bind(key);
                Manager manager = Manager.connect(server.address(), key);
                SharedQueue<String> queue = manager.queue("letters", String.class)) {
            new IpcqMetrics(new Watched().manager("shop", server).queue("letters", queue)).bindTo(registry);
            queue.put("a");
            assertThat(gauge("ipcq.manager.connections", "manager", "shop")).isPositive();
            assertThat(counter("ipcq.manager.requests", "manager", "shop")).isPositive();
            assertThat(gauge("ipcq.queue.depth", "queue", "letters")).isEqualTo(1);
        }
    }

    /** Dashboards are made of names: they are a promise. */
    @Test
    void shouldNameMetersAndUnits() throws Exception {
        try (DurableQueue<String> queue =
                DurableQueue.builder(String.class).maxSize(10).create(parent.resolve("letters"))) {
            new IpcqMetrics(new Watched().queue("letters", queue)).bindTo(registry);
            assertThat(named(registry))
                    .containsExactlyInAnyOrder(
                            "ipcq.queue.oldest.age seconds",
                            "ipcq.queue.depth elements",
                            "ipcq.queue.put elements",
                            "ipcq.queue.taken elements",
                            "ipcq.queue.unfinished elements",
                            "ipcq.queue.members handles",
                            "ipcq.queue.bytes bytes",
                            "ipcq.queue.capacity elements",
                            "ipcq.queue.leased elements",
                            "ipcq.queue.unburied elements",
                            "ipcq.queue.dead.letters elements");
        }
    }

    static List<String> named(MeterRegistry registry) {
        return registry.getMeters().stream()
                .map(Meter::getId)
                .map(id -> id.getName() + " " + id.getBaseUnit())
                .distinct()
                .toList();
    }

    @Test
    void shouldNotFailWithWhatIsGone() throws Exception {
        DurableQueue<String> queue = DurableQueue.create(parent.resolve("letters"), String.class);
        new IpcqMetrics(new Watched().queue("letters", queue)).bindTo(registry);
        queue.delete();
        for (Meter meter : registry.getMeters()) {
            assertThat(meter.measure()).as(meter.getId().getName()).isNotEmpty();
        }
        assertThat(gauge("ipcq.queue.dead.letters")).isNaN();
    }
}
