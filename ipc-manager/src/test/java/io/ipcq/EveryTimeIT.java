// SPDX-License-Identifier: Apache-2.0
package io.ipcq;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.ipcq.connection.AuthKey;
import io.ipcq.connection.Connection;
import io.ipcq.connection.Listener;
import io.ipcq.connection.Pipe;
import io.ipcq.manager.Manager;
import io.ipcq.manager.server.ManagerServer;
import io.ipcq.pool.ProcessPool;
import io.ipcq.process.ChildProcess;
import io.ipcq.process.SerializableCallable;
import io.ipcq.queue.Delivery;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.QueueView;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Calls every public method with a time, found by reflection, with the shortest and the longest there are: none
 * computes a deadline that overflows, what is short does not wait, and what is long can be interrupted.
 */
class EveryTimeIT {

    private static final long PATIENCE_MILLIS = 60_000;
    private static final long LONG_ENOUGH_TO_WAIT_MILLIS = 2;

    private static final Duration PART_OF_MILLISECOND = Duration.ofNanos(2_999_999);

    private static final List<Duration> DURATIONS = List.of(
            Duration.ZERO,
            Duration.ofNanos(-1),
            Duration.ofSeconds(Long.MIN_VALUE),
            Duration.ofSeconds(Long.MAX_VALUE),
            ChronoUnit.FOREVER.getDuration());

    private static final List<Long> NUMBERS = List.of(0L, -1L, Long.MIN_VALUE, Long.MAX_VALUE);

    @TempDir
    Path directory;

    private final List<AutoCloseable> opened = new ArrayList<>();
    private final Set<Executable> called = new LinkedHashSet<>();

    @AfterEach
    void close() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    private <T extends AutoCloseable> T closed(T thing) {
        opened.add(thing);
        return thing;
    }

    /** Something of every type that has such methods, and of every kind of it. */
    private List<Object> subjects() throws Exception {
        List<Object> subjects = new ArrayList<>();
        subjects.add(closed(SharedQueue.create(String.class)));
        DurableQueue<String> durable = closed(DurableQueue.create(directory.resolve("durable"), String.class));
        subjects.add(durable);
        for (int i = 0; i < 2 * (DURATIONS.size() + 1); i++) {
            durable.put("a");
        }
        subjects.add(durable.receive());
        subjects.add(durable.options());
        subjects.add(DurableQueue.builder(String.class));
        Pipe pipe = closed(Pipe.create());
        pipe.second().sendBytes(new byte[1]);
        subjects.add(pipe.first());
        AuthKey key = AuthKey.random();
        Listener listener = closed(Listener.bind(key));
        subjects.add(listener);
        subjects.add(closed(Connection.connect(listener.address(), key)));
        subjects.add(Connection.builder(listener.address(), key));
        subjects.add(Listener.builder(listener.address(), key));
        ChildProcess child = closed(new ChildProcess(EveryTimeIT::sleep));
        child.start();
        subjects.add(child);
        subjects.add(ChildProcess.builder(EveryTimeIT::sleep));
        subjects.add(closed(ProcessPool.create(1)));
        subjects.add(ProcessPool.builder());
        ManagerServer local = closed(
                ManagerServer.builder().directory(directory.resolve("local")).bind(key));
        ManagerServer remote = closed(ManagerServer.builder()
                .directory(directory.resolve("remote"))
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), key));
        for (ManagerServer server : List.of(local, remote)) {
            Manager manager = closed(Manager.connect(server.address(), key));
            subjects.add(manager);
            subjects.add(manager.queue("queue", String.class));
            DurableQueue<String> queue = manager.durableQueue("durable", String.class);
            queue.put("a");
            subjects.add(queue);
            subjects.add(queue.receive());
            subjects.add(manager.lock("lock"));
            subjects.add(manager.semaphore("semaphore", 1));
            subjects.add(manager.latch("latch", 1));
            subjects.add(manager.event("event"));
            subjects.add(manager.barrier("barrier", 2));
        }
        return subjects;
    }

    static void sleep() throws InterruptedException {
        Thread.sleep(Long.MAX_VALUE);
    }

    private static List<Executable> publicMethodsWithTimes() {
        return new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .withImportOption(location -> !location.contains("-tests.jar"))
                        .importPackages("io.ipcq")
                        .stream()
                        .map(JavaClass::reflect)
                        .filter(EveryTimeIT::isPublic)
                        .flatMap(EveryTimeIT::methodsAndConstructors)
                        .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
                        .filter(EveryTimeIT::hasTime)
                        .toList();
    }

    /** Records that have a time are made by methods that have it, too. */
    private static Stream<Executable> methodsAndConstructors(Class<?> type) {
        Stream<Executable> methods = Arrays.stream(type.getDeclaredMethods());
        return type.isRecord() ? methods : Stream.concat(methods, Arrays.stream(type.getDeclaredConstructors()));
    }

    private static boolean isPublic(Class<?> type) {
        return Modifier.isPublic(type.getModifiers())
                && (type.getEnclosingClass() == null || isPublic(type.getEnclosingClass()));
    }

    private static boolean hasTime(Executable method) {
        return Arrays.stream(method.getParameterTypes())
                .anyMatch(type -> type == Duration.class || type == TimeUnit.class);
    }

    @Test
    void shouldTakeEveryTimeThereIs() throws Exception {
        List<Executable> methods = publicMethodsWithTimes();
        assertThat(methods).hasSizeGreaterThan(30);
        for (Object subject : subjects()) {
            for (Executable method : methods) {
                if (method.getDeclaringClass().isInstance(subject) && isOfObject(method)) {
                    callWithAll(method, subject);
                }
            }
        }
        for (Executable method : methods) {
            if (!isOfObject(method)) {
                callWithAll(method, null);
            }
        }
        List<Executable> forgotten = new ArrayList<>(methods);
        forgotten.removeAll(called);
        assertThat(forgotten).as("add something of their type to the subjects").isEmpty();
    }

    private static boolean isOfObject(Executable method) {
        return method instanceof Method && !Modifier.isStatic(method.getModifiers());
    }

    private void callWithAll(Executable method, Object subject) throws Exception {
        called.add(method);
        if (Arrays.asList(method.getParameterTypes()).contains(Duration.class)) {
            for (Duration duration : DURATIONS) {
                call(
                        method,
                        subject,
                        arguments(method, duration, 0, TimeUnit.DAYS),
                        !duration.isNegative() && !duration.isZero());
            }
            requireNotBefore(
                    PART_OF_MILLISECOND, method, subject, arguments(method, PART_OF_MILLISECOND, 0, TimeUnit.DAYS));
        } else {
            for (long number : NUMBERS) {
                for (TimeUnit unit : List.of(TimeUnit.NANOSECONDS, TimeUnit.DAYS)) {
                    call(method, subject, arguments(method, Duration.ZERO, number, unit), number > 0);
                }
            }
            Object[] arguments = arguments(method, Duration.ZERO, PART_OF_MILLISECOND.toNanos(), TimeUnit.NANOSECONDS);
            requireNotBefore(PART_OF_MILLISECOND, method, subject, arguments);
        }
    }

    private Object[] arguments(Executable method, Duration duration, long number, TimeUnit unit) throws IOException {
        return Arrays.stream(method.getParameters())
                .map(parameter -> {
                    Class<?> type = parameter.getType();
                    if (type == Duration.class) {
                        return duration;
                    } else if (type == long.class) {
                        return number;
                    } else if (type == TimeUnit.class) {
                        return unit;
                    } else if (type == int.class) {
                        return 1;
                    } else if (type == Collection.class && method.getName().startsWith("invoke")) {
                        return List.of((SerializableCallable<Integer>) () -> 1);
                    } else if (type == Collection.class) {
                        return List.of(waited());
                    } else if (type == Awaitable[].class) {
                        return new Awaitable[] {waited()};
                    } else if (type == Connection.class) {
                        return silent();
                    } else if (type == QueueView.class) {
                        return view();
                    } else if (type == Object.class) {
                        return "a";
                    }
                    throw new AssertionError("what is to be given to " + method);
                })
                .toArray();
    }

    private Awaitable waited() {
        return timeout -> {
            Thread.sleep(Math.max(0, timeout.compareTo(Duration.ofDays(1)) > 0 ? Long.MAX_VALUE : timeout.toMillis()));
            return false;
        };
    }

    private QueueView view() {
        try {
            return closed(
                    QueueView.open(closed(SharedQueue.create(String.class)).directory()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A connection to nobody who answers. */
    private Connection silent() {
        try {
            AuthKey key = AuthKey.random();
            return closed(Connection.connect(closed(Listener.bind(key)).address(), key));
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** What says that its time is over says it when it is. */
    private static void requireNotBefore(Duration time, Executable method, Object subject, Object[] arguments)
            throws ReflectiveOperationException {
        if (!(method instanceof Method waits)
                || subject instanceof Delivery<?>) { // which says false when its lease is over
            return;
        }
        waits.setAccessible(true);
        long before = System.nanoTime();
        boolean isLate;
        try {
            isLate = Boolean.FALSE.equals(waits.invoke(subject, arguments));
        } catch (InvocationTargetException e) {
            isLate = e.getCause() instanceof TimeoutException || e.getCause() instanceof SocketTimeoutException;
        }
        if (isLate) {
            assertThat(System.nanoTime() - before)
                    .as("%s of %s with %s", method, subject, Arrays.toString(arguments))
                    .isGreaterThanOrEqualTo(time.toNanos());
        }
    }

    private static void call(Executable method, Object subject, Object[] arguments, boolean isLong) throws Exception {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try {
                method.setAccessible(true);
                if (method instanceof Constructor<?> constructor) {
                    constructor.newInstance(arguments);
                } else {
                    ((Method) method).invoke(subject, arguments);
                }
            } catch (InvocationTargetException e) {
                thrown.set(e.getCause());
            } catch (ReflectiveOperationException | RuntimeException e) {
                thrown.set(new AssertionError(e));
            }
        });
        thread.setDaemon(true);
        thread.start();
        thread.join(isLong ? LONG_ENOUGH_TO_WAIT_MILLIS : PATIENCE_MILLIS);
        if (isLong) {
            thread.interrupt();
            thread.join(PATIENCE_MILLIS);
        }
        String what = method + " of " + subject + " with " + Arrays.toString(arguments);
        assertThat(thread.isAlive()).as("it waits: %s", what).isFalse();
        if (thrown.get() != null) {
            assertThat(thrown.get())
                    .as(what)
                    .isNotInstanceOfAny(ArithmeticException.class, DateTimeException.class, Error.class);
        }
    }
}
