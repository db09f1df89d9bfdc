// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.TestJvm;
import java.io.File;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import net.openhft.chronicle.core.io.BackgroundResourceReleaser;
import net.openhft.chronicle.core.shutdown.PriorityHook;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A class loader that had queues can be collected once they are closed, as of an application that is deployed anew. */
class RedeployIT {

    private static final int DEPLOYMENTS = 50;

    /** Of what takes longer to load. */
    private static final int FEWER = 10;

    /** What is deployed. */
    public static final class Application implements Runnable {

        @Override
        public void run() {
            try (SharedQueue<String> queue = SharedQueue.create(String.class)) {
                Task<?> waiting = Task.run(queue::get);
                queue.put("a");
                waiting.await();
                queue.get(Duration.ofMillis(5));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** The same with elements as JSON. */
    public static final class JsonApplication implements Runnable {

        record Order(int number, List<String> items) {}

        @Override
        public void run() {
            try (SharedQueue<Order> queue = SharedQueue.create(Order.class)) {
                queue.put(new Order(1, List.of("a")));
                queue.get();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** The same with durable queues. */
    public static final class DurableApplication implements Runnable {

        @Override
        public void run() {
            try (DurableQueue<String> queue = DurableQueue.create(String.class)) {
                Task<?> waiting = Task.run(queue::get);
                queue.put("a");
                waiting.await();
                queue.put("b");
                queue.receive().ack();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            // what docs/troubleshooting.md says
            BackgroundResourceReleaser.stop();
            PriorityHook.clear();
        }
    }

    /** What it is deployed in. Prints how many class loaders are left, when there are none, or after a minute. */
    static final class Container {

        private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

        public static void main(String[] args) throws Exception {
            List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
            for (int i = 0; i < Integer.parseInt(args[1]); i++) {
                loaders.add(deploy(args[0]));
            }
            long deadline = System.nanoTime() + PATIENCE_NANOS;
            while (left(loaders) > 0 && System.nanoTime() - deadline < 0) {
                System.gc();
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
            Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().startsWith("ipcq"))
                    .forEach(thread -> System.out.println("thread left: " + thread));
            System.out.println("class loaders left: " + left(loaders));
        }

        private static long left(List<WeakReference<ClassLoader>> loaders) {
            return loaders.stream().filter(loader -> loader.get() != null).count();
        }

        private static WeakReference<ClassLoader> deploy(String name) throws Exception {
            List<URL> classPath = new ArrayList<>();
            for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
                classPath.add(Path.of(entry).toUri().toURL());
            }
            try (URLClassLoader loader =
                    new URLClassLoader(classPath.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
                Runnable application = (Runnable)
                        loader.loadClass(name).getDeclaredConstructor().newInstance();
                Thread thread = new Thread(application, "application");
                thread.setContextClassLoader(loader);
                thread.start();
                thread.join();
                return new WeakReference<>(loader);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {Application.class, JsonApplication.class, DurableApplication.class})
    void shouldLeaveNothingThatKeepsItsClassLoader(Class<?> application) {
        // jffi, which is used before Java 22, starts a thread that ends with the JVM
        List<String> options = Runtime.version().feature() < 22 ? List.of("-Dipcq.native=off") : List.of();
        String times = String.valueOf(application == Application.class ? DEPLOYMENTS : FEWER);
        try (TestJvm container = TestJvm.start(options, Container.class, application.getName(), times)) {
            String line = container.awaitLine("class loaders left: ");
            assertThat(line).isEqualTo("class loaders left: 0");
            container.awaitSuccess();
        }
    }
}
