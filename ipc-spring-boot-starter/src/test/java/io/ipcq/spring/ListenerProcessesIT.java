// SPDX-License-Identifier: Apache-2.0
package io.ipcq.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.ipcq.manager.Manager;
import io.ipcq.process.ChildProcess;
import io.ipcq.queue.SharedQueue;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;

/** Listeners in child processes, and the queues that these have. */
class ListenerProcessesIT {

    @SpringBootConfiguration(proxyBeanMethods = false)
    @ImportAutoConfiguration(IpcqAutoConfiguration.class)
    static class Application {

        final List<QueueListenerEvent> events = new CopyOnWriteArrayList<>();
        private final SharedQueue<String> answers;

        Application(SharedQueue<String> answers) {
            this.answers = answers;
        }

        @QueueListener(queue = "questions", processes = "1", id = "answering")
        void answer(Long question) throws InterruptedException {
            answers.put(question + " in " + ProcessHandle.current().pid());
        }

        @EventListener
        void note(QueueListenerEvent event) {
            events.add(event);
        }
    }

    /**
     * One in shared memory, one in a manager's process: neither has a place where the child could find it by itself.
     */
    @Test
    @SuppressWarnings("unchecked")
    void shouldHaveQueuesOfTheirParent() throws Exception {
        SpringApplication spring = new SpringApplication(Application.class);
        spring.setWebApplicationType(WebApplicationType.NONE);
        Application application;
        UnixDomainSocketAddress manager;
        try (ConfigurableApplicationContext context = spring.run(
                "--spring.main.banner-mode=off",
                "--ipcq.manager.start=true",
                "--ipcq.queue.questions.kind=memory",
                "--ipcq.queue.questions.type=java.lang.Long",
                "--ipcq.queue.answers.kind=manager",
                "--ipcq.queue.answers.type=java.lang.String")) {
            application = context.getBean(Application.class);
            manager = (UnixDomainSocketAddress)
                    context.getBean(Manager.class).address().orElseThrow();
            assertThat(manager.getPath()).exists();
            ((SharedQueue<Long>) context.getBean("questions")).put(1L);
            assertThat(((SharedQueue<String>) context.getBean("answers")).get())
                    .startsWith("1 in ")
                    .doesNotEndWith(" " + ProcessHandle.current().pid());
        }
        assertThat(manager.getPath()).as("of a manager that has ended").doesNotExist();
        assertThat(application.events)
                .containsExactly(
                        new QueueListenerEvent.Started("answering"), new QueueListenerEvent.Stopped("answering"));
    }

    @SpringBootConfiguration(proxyBeanMethods = false)
    @ImportAutoConfiguration(IpcqAutoConfiguration.class)
    static class SlowInChild {

        @QueueListener(queue = "questions", processes = "1")
        void answer(Long question) {}

        /** Does not come to an end in a child, and is not to be interrupted. */
        @Bean
        Object migration(Environment environment) throws IOException {
            if (environment.containsProperty(ListenerProcesses.ONLY)) {
                Files.createFile(Path.of(environment.getRequiredProperty("begun")));
                while (true) {
                    LockSupport.parkNanos(1_000_000);
                }
            }
            return this;
        }
    }

    @SpringBootConfiguration(proxyBeanMethods = false)
    @ImportAutoConfiguration(IpcqAutoConfiguration.class)
    static class SlowAfterListeners {

        private final Environment environment;

        SlowAfterListeners(Environment environment) {
            this.environment = environment;
        }

        @QueueListener(queue = "questions", processes = "1")
        void answer(Long question) throws Exception {
            Files.createFile(Path.of(environment.getRequiredProperty("begun")));
            Thread.sleep(2000);
            Files.createFile(Path.of(environment.getRequiredProperty("answered")));
        }

        /** Does not come to an end in a child, where the listener has started. */
        @Bean
        ApplicationRunner migration() {
            return arguments -> {
                while (environment.containsProperty(ListenerProcesses.ONLY)) {
                    LockSupport.parkNanos(1_000_000);
                }
            };
        }
    }

    @Test
    @SuppressWarnings("unchecked")
    void shouldFinishWhatChildThatIsStillStartingHasInHand(@TempDir Path directory) throws Exception {
        SpringApplication spring = new SpringApplication(SlowAfterListeners.class);
        spring.setWebApplicationType(WebApplicationType.NONE);
        Path begun = directory.resolve("begun");
        Path answered = directory.resolve("answered");
        try (ConfigurableApplicationContext context = spring.run(
                "--spring.main.banner-mode=off",
                "--ipcq.listener.shutdown-timeout=2m",
                "--ipcq.queue.questions.kind=memory",
                "--ipcq.queue.questions.type=java.lang.Long",
                "--begun=" + begun,
                "--answered=" + answered)) {
            ((SharedQueue<Long>) context.getBean("questions")).put(1L);
            await().atMost(Duration.ofMinutes(3)).until(() -> Files.exists(begun));
        }
        assertThat(answered).exists();
        assertThat(ChildProcess.activeChildren()).isEmpty();
    }

    @Test
    void shouldNotWaitForChildThatIsStillStarting(@TempDir Path directory) {
        SpringApplication spring = new SpringApplication(SlowInChild.class);
        spring.setWebApplicationType(WebApplicationType.NONE);
        Path begun = directory.resolve("begun");
        try (ConfigurableApplicationContext context = spring.run(
                "--spring.main.banner-mode=off",
                "--ipcq.listener.shutdown-timeout=2m",
                "--ipcq.queue.questions.kind=memory",
                "--ipcq.queue.questions.type=java.lang.Long",
                "--begun=" + begun)) {
            await().atMost(Duration.ofMinutes(3)).until(() -> Files.exists(begun));
            assertThat(context.isActive()).isTrue();
        }
        assertThat(ChildProcess.activeChildren()).isEmpty();
    }
}
