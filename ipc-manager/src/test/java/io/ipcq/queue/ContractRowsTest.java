// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/** Each way to a queue runs all rows of the contracts. A row may be overridden, and none is disabled. */
class ContractRowsTest {

    /** A contract, and a class that runs it. */
    record Way(Class<?> contract, Class<?> test) {}

    static Stream<Way> ways() {
        return Stream.concat(
                Stream.of(
                                RingQueueTest.class,
                                JournalQueueTest.class,
                                LocalQueueTest.class,
                                LocalDurableQueueTest.class,
                                RemoteQueueTest.class,
                                RemoteDurableQueueTest.class,
                                RemoteQueueCutTest.class,
                                RemoteDurableQueueCutTest.class)
                        .map(test -> new Way(SharedQueueContract.class, test)),
                Stream.of(JournalDeliveryTest.class, LocalDeliveryTest.class, RemoteDeliveryTest.class)
                        .map(test -> new Way(DeliveryContract.class, test)));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void shouldRunAllRows(Way way) {
        List<Method> rows = rows(way.contract);
        assertThat(rows).hasSizeGreaterThan(5);
        assertThat(conditions(way.test)).isEmpty();
        for (Method row : rows) {
            Method run = ReflectionSupport.findMethod(way.test, row.getName(), row.getParameterTypes())
                    .orElseThrow();
            assertThat(isRow(run)).as("%s has no annotation of a test", run).isTrue();
            assertThat(conditions(run)).as("%s", run).isEmpty();
        }
    }

    private static List<Method> rows(Class<?> contract) {
        return ReflectionSupport.findMethods(contract, ContractRowsTest::isRow, HierarchyTraversalMode.TOP_DOWN);
    }

    private static boolean isRow(Method method) {
        return AnnotationSupport.isAnnotated(method, Testable.class);
    }

    /** What may keep JUnit from running it. */
    private static List<Annotation> conditions(AnnotatedElement element) {
        return Arrays.stream(element.getAnnotations())
                .filter(each -> each instanceof Disabled
                        || each.annotationType().getPackageName().endsWith(".condition"))
                .toList();
    }

    @Test
    void shouldSeeRowWithoutAnnotation() throws Exception {
        assertThat(isRow(SharedQueueContract.class.getDeclaredMethod("shouldClear")))
                .isTrue();
        assertThat(isRow(SharedQueueContract.class.getDeclaredMethod("looks"))).isFalse();
    }
}
