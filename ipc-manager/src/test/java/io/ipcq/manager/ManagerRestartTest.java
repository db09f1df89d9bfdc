// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ipcq.codec.Codec;
import io.ipcq.connection.AuthKey;
import io.ipcq.manager.server.ManagerServer;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that ends, and another one in its place. */
class ManagerRestartTest {

    private static final int RESTARTS = 20;
    private static final int THREADS = 16;
    private static final int QUEUES = 50;

    /**
     * What works without the server, is a view that asks it later, belongs to the object itself, or says that the
     * others would fail.
     */
    private static final Set<String> OWN = Set.of(
            "awaitReady",
            "close",
            "isClosed",
            "equals",
            "hashCode",
            "toString",
            "directory",
            "codecId",
            "length",
            "consume",
            "newCondition",
            "condition",
            "keySet",
            "values",
            "entrySet",
            "reversed");

    private final AuthKey key = AuthKey.random();

    @TempDir
    Path directory;

    private ManagerServer bind(SocketAddress address) throws Exception {
        return ManagerServer.builder().directory(directory.resolve("kept")).bind(address, key);
    }

    private SocketAddress unix() {
        return java.net.UnixDomainSocketAddress.of(directory.resolve("socket"));
    }

    @Test
    void shouldConnectToTheServerThatIsThere() throws Exception {
        SocketAddress address = unix();
        List<Manager> held = new ArrayList<>();
        for (int i = 0; i < RESTARTS; i++) {
            try (ManagerServer server = bind(address)) {
                Manager manager = Manager.connect(server.address(), key);
                held.add(manager); // is not closed before the next one is made
                assertThat(manager.ping()).as("restart=%d", i).isPresent();
                assertThat(manager.counter("hits").increment()).isEqualTo(1);
            }
        }
        held.forEach(Manager::close);
    }

    @Test
    void shouldConnectOnceForAllThreadsOfProcess() throws Exception {
        for (int i = 0; i < RESTARTS; i++) {
            try (ManagerServer server = bind(unix())) {
                List<CompletableFuture<Manager>> all = new ArrayList<>();
                for (int j = 0; j < THREADS; j++) {
                    all.add(CompletableFuture.supplyAsync(() -> {
                        try {
                            return Manager.connect(server.address(), key);
                        } catch (Exception e) {
                            throw new AssertionError(e);
                        }
                    }));
                }
                for (CompletableFuture<Manager> each : all) {
                    assertThat(each.get(60, TimeUnit.SECONDS).ping()).isPresent();
                }
                assertThat(server.clients()).as("round=%d", i).isEqualTo(1);
                all.forEach(each -> each.join().close());
            }
        }
    }

    @Test
    void shouldTellAllThreadsWhyItCannotConnect() throws Exception {
        try (ManagerServer server = bind(unix())) {
            AuthKey another = AuthKey.random();
            List<CompletableFuture<Throwable>> all = new ArrayList<>();
            for (int j = 0; j < THREADS; j++) {
                all.add(CompletableFuture.supplyAsync(() -> {
                    try {
                        return new AssertionError(Manager.connect(server.address(), another));
                    } catch (Exception e) {
                        return e;
                    }
                }));
            }
            for (CompletableFuture<Throwable> each : all) {
                assertThat(each.get(60, TimeUnit.SECONDS))
                        .isInstanceOf(io.ipcq.connection.AuthenticationException.class);
            }
            try (Manager manager = Manager.connect(server.address(), key)) {
                assertThat(manager.ping()).isPresent();
            }
        }
    }

    /** Who was told that the manager is gone is told so by all else of it as well: by each method of each proxy. */
    @Test
    void shouldSayByEveryMethodThatManagerIsGone() throws Exception {
        ManagerServer server = bind(unix());
        try (Manager manager = Manager.connect(server.address(), key)) {
            SharedLock lock = manager.lock("lock");
            Map<Class<?>, Object> proxies = new LinkedHashMap<>();
            List<DurableQueue<String>> orders = new ArrayList<>();
            for (int i = 0; i < QUEUES; i++) {
                DurableQueue<String> queue = manager.durableQueue("orders" + i, String.class);
                queue.putAll(List.of("tea", "milk"));
                orders.add(queue);
            }
            SharedQueue<String> letters = manager.queue("letters", String.class);
            letters.put("a");
            proxies.put(Map.class, manager.map("map", String.class, String.class));
            proxies.put(Set.class, manager.set("set", String.class));
            proxies.put(List.class, manager.list("list", String.class));
            proxies.put(SharedValue.class, manager.value("value", String.class));
            proxies.put(SharedArray.class, manager.array("array", String.class, 1));
            proxies.put(SharedCounter.class, manager.counter("counter"));
            proxies.put(SharedSemaphore.class, manager.semaphore("permits", 1));
            proxies.put(SharedLatch.class, manager.latch("latch", 1));
            proxies.put(SharedEvent.class, manager.event("event"));
            proxies.put(SharedBarrier.class, manager.barrier("barrier", 2));
            proxies.put(Namespace.class, manager.namespace("namespace"));
            proxies.put(SharedLock.class, lock);
            SharedEvent never = manager.event("never");
            CompletableFuture<Throwable> waiting = CompletableFuture.supplyAsync(() -> {
                try {
                    never.await(); // not answered before the end, so it is this that finds out
                    return new AssertionError();
                } catch (Throwable e) {
                    return e;
                }
            });
            server.close();
            waiting.join();
            for (DurableQueue<String> queue : orders) {
                assertThatThrownBy(queue::getNow).isInstanceOf(ManagerGoneException.class);
            }
            requireGone(DurableQueue.class, orders.get(0));
            requireGone(SharedQueue.class, letters);
            for (Map.Entry<Class<?>, Object> proxy : proxies.entrySet()) {
                requireGone(proxy.getKey(), proxy.getValue());
            }
        } finally {
            server.close();
        }
    }

    private static void requireGone(Class<?> type, Object proxy) throws IllegalAccessException {
        SoftAssertions all = new SoftAssertions();
        for (Method method : type.getMethods()) {
            if (method.getDeclaringClass() == Object.class
                    || Modifier.isStatic(method.getModifiers())
                    || OWN.contains(method.getName())) {
                continue;
            }
            Object[] arguments = Arrays.stream(method.getParameterTypes())
                    .map(ManagerRestartTest::argument)
                    .toArray();
            Throwable outcome = null;
            try {
                method.invoke(proxy, arguments);
            } catch (InvocationTargetException e) {
                outcome = e.getCause();
            }
            all.assertThat(outcome).as("%s", method).isInstanceOf(ManagerGoneException.class);
        }
        all.assertAll();
    }

    private static Object argument(Class<?> type) {
        if (type == int.class) {
            return 0;
        } else if (type == long.class) {
            return 1L;
        } else if (type == Duration.class) {
            return Duration.ofSeconds(60);
        } else if (type == TimeUnit.class) {
            return TimeUnit.SECONDS;
        } else if (type == Object[].class) {
            return new String[1];
        } else if (type == Class.class) {
            return String.class;
        } else if (type == Codec.class) {
            return Codec.utf8();
        } else if (Map.class.isAssignableFrom(type)) {
            return Map.of("a", "b");
        } else if (type == Collection.class) {
            return new ArrayList<>(List.of("a"));
        } else if (type == IntFunction.class) {
            return (IntFunction<Object[]>) String[]::new;
        } else if (type.isInterface()) {
            return function(type);
        }
        return "a";
    }

    private static Object function(Class<?> type) {
        return java.lang.reflect.Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    if (type == Predicate.class) {
                        return true;
                    } else if (type == Comparator.class) {
                        return 0;
                    } else if (type == Consumer.class) {
                        return null;
                    }
                    return "b";
                });
    }
}
