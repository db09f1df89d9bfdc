// SPDX-License-Identifier: Apache-2.0
package io.ipcq.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.ipcq.queue.SharedQueue;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of elements when their type gains or loses fields. */
class JsonEvolutionTest {

    record Older(String name) {}

    record Newer(
            String name,
            boolean flag,
            char letter,
            int count,
            double price,
            String text,
            Integer number,
            Older nested,
            Optional<String> optional,
            OptionalInt optionalInt,
            List<String> list,
            Set<String> set,
            SortedMap<String, Integer> map,
            int[] array,
            byte[] bytes,
            String[] texts) {}

    private static byte[] json(String json) {
        return json.replace('\'', '"').getBytes(UTF_8);
    }

    @Test
    void shouldTakeWhatIsEmptyForAMissingComponent() {
        Newer newer = Codec.json(Newer.class).decode(Codec.json(Older.class).encode(new Older("x")));

        Newer empty = new Newer(
                "x",
                false,
                '\0',
                0,
                0.0,
                null,
                null,
                null,
                Optional.empty(),
                OptionalInt.empty(),
                List.of(),
                Set.of(),
                new TreeMap<>(),
                new int[0],
                new byte[0],
                new String[0]);
        assertThat(SameValue.same(newer, empty)).as("%s", newer).isTrue();
    }

    @Test
    void shouldTakeANewCollectionEachTime() {
        Newer first = Codec.json(Newer.class).decode(json("{'name':'x'}"));
        Newer second = Codec.json(Newer.class).decode(json("{'name':'x'}"));

        assertThat(first.list()).isNotSameAs(second.list());
    }

    record Referring(String name, AtomicReference<String> reference) {}

    @Test
    void shouldTakeAnEmptyReferenceForAMissingOne() {
        Referring referring = Codec.json(Referring.class).decode(json("{'name':'x'}"));

        assertThat(referring.reference().get()).isNull();
    }

    record Currency(String name, String currency, Integer digits) {
        Currency {
            currency = Objects.requireNonNullElse(currency, "EUR");
            digits = Objects.requireNonNullElse(digits, 2);
        }
    }

    @Test
    void shouldLetTheCompactConstructorDeclareADefault() {
        assertThat(Codec.json(Currency.class).decode(json("{'name':'x'}"))).isEqualTo(new Currency("x", "EUR", 2));
        assertThat(Codec.json(Currency.class).decode(json("{'name':'x','digits':3}")))
                .isEqualTo(new Currency("x", "EUR", 3));
    }

    static final class Settings {
        String name;
        String currency = "EUR";
        int digits = 2;
        List<String> tags;
    }

    @Test
    void shouldKeepWhatAConstructorWithoutParametersGave() {
        Settings settings = Codec.json(Settings.class).decode(json("{'name':'x'}"));

        assertThat(settings.currency).isEqualTo("EUR");
        assertThat(settings.digits).isEqualTo(2);
        assertThat(settings.tags).isNull();
    }

    static final class Constructed {
        final String name;
        final List<String> tags;
        final int size;

        Constructed(String name, List<String> tags, int size) {
            this.name = name;
            this.tags = List.copyOf(tags);
            this.size = size;
        }
    }

    @Test
    void shouldTakeWhatIsEmptyForAMissingParameter() {
        Constructed constructed = Codec.json(Constructed.class).decode(json("{'name':'x'}"));

        assertThat(constructed.tags).isEmpty();
        assertThat(constructed.size).isZero();
    }

    sealed interface Event permits Opened, Closed {}

    record Opened(String by, List<String> tags) implements Event {}

    record Closed(String why) implements Event {}

    record Log(List<Event> events, Map<String, Newer> named) {}

    @Test
    void shouldFillInNestedObjects() {
        Log log = Codec.json(Log.class).decode(json("{'events':[{'@type':'Opened'}],'named':{'a':{'name':'x'}}}"));

        assertThat(log.events()).containsExactly(new Opened(null, List.of()));
        assertThat(log.named().get("a").list()).isEmpty();
    }

    record Strict(String name, String owner) {
        Strict {
            Objects.requireNonNull(owner, "owner");
        }
    }

    record Holder(List<Strict> stricts) {}

    @Test
    void shouldNameTheFieldWhoseAbsenceAConstructorRefused() {
        byte[] bytes = json("{'stricts':[{'name':'s3cret'}]}");

        CodecException failure = catchThrowableOfType(
                CodecException.class, () -> Codec.json(Holder.class).decode(bytes));

        assertThat(failure)
                .hasMessageContaining("missing=[owner]")
                .hasMessageContaining("Strict")
                .hasMessageContaining("default")
                .hasMessageNotContaining("s3cret")
                .hasRootCauseMessage("owner");
        assertThat(failure.path()).isEqualTo("Holder.stricts[0]");
        assertThat(failure.bytes()).isSameAs(bytes);
    }

    record Requiring(
            String name, @JsonProperty(required = true) String owner) {}

    @Test
    void shouldNameAMissingFieldThatIsRequired() {
        CodecException failure = catchThrowableOfType(
                CodecException.class, () -> Codec.json(Requiring.class).decode(json("{'name':'x'}")));

        assertThat(failure).hasMessageContaining("missing=owner").hasMessageContaining("required");
    }

    record Moved(@JsonAlias("name") String title) {}

    @Test
    void shouldReadARenamedFieldByItsAlias() {
        assertThat(Codec.json(Moved.class).decode(json("{'name':'x'}"))).isEqualTo(new Moved("x"));
    }

    @Test
    void shouldRefuseUnknownFieldsUnlessToldOtherwise() {
        byte[] newer = json("{'name':'x','count':1,'list':[{'s3cret':[]}]}");

        CodecException failure = catchThrowableOfType(
                CodecException.class, () -> Codec.json(Older.class).decode(newer));

        assertThat(failure).hasMessageContaining("no such field").hasMessageContaining("ignoreUnknown()");
        assertThat(Codec.json(Older.class).ignoreUnknown().decode(newer)).isEqualTo(new Older("x"));
    }

    @Test
    void shouldIgnoreUnknownFieldsAtEveryLevel() {
        Codec<List<Event>> codec = Codec.json(new TypeRef<List<Event>>() {}).ignoreUnknown();

        assertThat(codec.decode(json("[{'@type':'Closed','why':'x','by':'y'}]")))
                .containsExactly(new Closed("x"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'name':'x','name':'y'}",
                "{'name':1}",
                "{'name':'x'}x",
                "{'name':'x'",
                "null",
                "[]",
                "{'name':{}}"
            })
    void shouldIgnoreNothingElse(String json) {
        assertThat(catchThrowableOfType(
                        CodecException.class,
                        () -> Codec.json(Older.class).ignoreUnknown().decode(json(json))))
                .isNotNull();
    }

    @Test
    void shouldRememberThatItIgnoresUnknownFields() throws Exception {
        Codec<Older> codec = Codec.json(Older.class).ignoreUnknown();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(codec);
        }

        @SuppressWarnings("unchecked")
        Codec<Older> copy =
                (Codec<Older>) new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();

        assertThat(copy).isEqualTo(codec).isNotEqualTo(Codec.json(Older.class));
        assertThat(copy.id()).isEqualTo(Codec.json(Older.class).id());
        assertThat(copy.decode(json("{'name':'x','other':1}"))).isEqualTo(new Older("x"));
    }

    /** Two classes of one name, as two versions of a program have them. */
    private static Class<?> version(String components) {
        return CompiledClasses.of("record Versioned(" + components + ") {}").named("Versioned");
    }

    @SuppressWarnings("unchecked")
    private static JsonCodec<Object> codec(Class<?> type) {
        return (JsonCodec<Object>) Codec.json(type);
    }

    @Test
    void shouldOpenTheQueueOfAnotherVersion(@TempDir Path directory) throws Exception {
        Class<?> first = version("String name");
        Class<?> second = version("String name, java.util.List<String> tags");
        Object older = codec(first).decode(json("{'name':'a'}"));
        Object newer = codec(second).decode(json("{'name':'b','tags':['t']}"));

        try (SharedQueue<Object> old =
                        SharedQueue.builder(codec(first).ignoreUnknown()).create(directory.resolve("q"));
                SharedQueue<Object> now = SharedQueue.builder(codec(second)).open(directory.resolve("q"))) {
            old.put(older);
            now.put(newer);

            assertThat(now.get()).hasToString("Versioned[name=a, tags=[]]");
            assertThat(old.get()).hasToString("Versioned[name=b]");
            old.delete();
        }
    }
}
