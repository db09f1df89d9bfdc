// SPDX-License-Identifier: Apache-2.0
package io.ipcq.samples;

import static org.assertj.core.api.Assertions.assertThat;

import io.ipcq.queue.QueueAddress;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The manifest of the worker is what docs/many-machines.md says of it, and fits the program that it runs. */
@Tag("once")
class WorkerManifestTest {

    private static final String WORKER = "samples/src/main/java/io/ipcq/samples/ClusterWorker.java";

    private Map<?, ?> deployment;
    private Map<?, ?> pod;
    private Map<?, ?> container;

    @BeforeEach
    void readManifest() throws IOException {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        deployment = new Yaml(new SafeConstructor(options)).load(read("samples/kubernetes/worker.yaml"));
        pod = map(deployment, "spec", "template", "spec");
        List<?> containers = list(pod, "containers");
        assertThat(containers).hasSize(1);
        container = (Map<?, ?>) containers.get(0);
    }

    /** By its path from the root of the repository; tests run in the directory of their module. */
    private static String read(String file) throws IOException {
        return Files.readString(Path.of("..").resolve(file));
    }

    private static Object at(Map<?, ?> map, String... keys) {
        Object found = map;
        for (String key : keys) {
            found = ((Map<?, ?>) found).get(key);
            assertThat(found).as(String.join(".", keys)).isNotNull();
        }
        return found;
    }

    private static Map<?, ?> map(Map<?, ?> map, String... keys) {
        return (Map<?, ?>) at(map, keys);
    }

    private static List<?> list(Map<?, ?> map, String... keys) {
        return (List<?>) at(map, keys);
    }

    private static Map<?, ?> named(List<?> list, Object name) {
        return list.stream()
                .map(each -> (Map<?, ?>) each)
                .filter(each -> each.get("name").equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + " in " + list));
    }

    @Test
    void shouldBeDeploymentOfThreeWorkers() {
        assertThat(at(deployment, "apiVersion")).isEqualTo("apps/v1");
        assertThat(at(deployment, "kind")).isEqualTo("Deployment");
        assertThat(at(deployment, "spec", "replicas")).isEqualTo(3);
        assertThat(map(deployment, "spec", "template", "metadata", "labels"))
                .isEqualTo(map(deployment, "spec", "selector", "matchLabels"));
        assertThat((String) at(container, "image")).matches("[a-z.]+(/[a-z-]+)+:[0-9]+");
    }

    /** What is out, what it takes to give that back, and to close the queue where no broker answers. */
    @Test
    void shouldGiveMoreTimeThanWorkAndCloseTake() throws IOException {
        long close = number("ipc-kafka/src/main/java/io/ipcq/kafka/KafkaCore.java", "CLOSE_ALL = Duration.ofSeconds");
        long look = number(WORKER, "LOOK = Duration.ofSeconds");
        long work = number(WORKER, "Long.getLong\\(\"packing.millis\", ?") / 1_000 + 1;
        int grace = (int) at(pod, "terminationGracePeriodSeconds");
        assertThat((long) grace).isGreaterThan(2 * (close + look + work));
    }

    private static long number(String file, String before) throws IOException {
        Matcher found = Pattern.compile(before + "\\(?([0-9_]+)\\)").matcher(read(file));
        assertThat(found.find()).as("%s in %s", before, file).isTrue();
        return Long.parseLong(found.group(1).replace("_", ""));
    }

    /** In exec form, and without a shell, which would keep the signal to itself. */
    @Test
    void shouldRunProgramThatIsThere() throws Exception {
        List<String> command =
                list(container, "command").stream().map(Object::toString).toList();
        assertThat(command).hasSize(4).startsWith("java", "-cp", "/app/*");
        assertThat(container.containsKey("args")).isFalse();
        Class<?> program = Class.forName(command.get(3));
        assertThat(program.getMethod("main", String[].class)).isNotNull();
    }

    /** A worker serves nobody, and ends when it cannot go on. */
    @Test
    void shouldHaveNoProbeAndBeStartedAgain() {
        assertThat(container.keySet().stream().map(Object::toString).filter(key -> key.endsWith("Probe")))
                .isEmpty();
        assertThat(pod.containsKey("restartPolicy"))
                .as("always, unless it says so")
                .isFalse();
    }

    @Test
    void shouldSetWhatProgramReadsAndNothingElse() throws IOException {
        Set<String> set = list(container, "env").stream()
                .map(each -> (String) ((Map<?, ?>) each).get("name"))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> read = Pattern.compile("System\\.getenv\\(\"([A-Z_]+)\"\\)")
                .matcher(read(WORKER))
                .results()
                .map((MatchResult each) -> each.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(set).isEqualTo(read);
    }

    /** The file of the properties is where the address says, and comes from a secret. */
    @Test
    void shouldMountPropertiesThatAddressNamesFromSecret() {
        QueueAddress address =
                QueueAddress.of(URI.create((String) at(named(list(container, "env"), "ORDERS"), "value")));
        assertThat(address.uri().getScheme()).isEqualTo("kafka");
        assertThat(address.name()).isEqualTo("orders");
        String config = address.parameter("config").orElseThrow();
        Map<?, ?> mount = named(list(container, "volumeMounts"), "client");
        Map<?, ?> secret = map(named(list(pod, "volumes"), "client"), "secret");
        assertThat(mount.get("readOnly")).isEqualTo(true);
        assertThat(list(secret, "items").stream()
                        .map(each -> mount.get("mountPath") + "/" + ((Map<?, ?>) each).get("path")))
                .containsExactly(config);
    }

    @Test
    void shouldHaveSharedMemoryWithinItsLimit() {
        Map<?, ?> mount = named(list(container, "volumeMounts"), "shared-memory");
        Map<?, ?> volume = map(named(list(pod, "volumes"), "shared-memory"), "emptyDir");
        assertThat(mount.get("mountPath")).isEqualTo("/dev/shm");
        assertThat(volume.get("medium")).isEqualTo("Memory");
        assertThat(mebibytes(at(volume, "sizeLimit")))
                .isLessThan(mebibytes(at(container, "resources", "limits", "memory")));
    }

    private static long mebibytes(Object quantity) {
        String text = (String) quantity;
        long number = Long.parseLong(text.substring(0, text.length() - 2));
        return text.endsWith("Gi") ? 1024 * number : number;
    }
}
