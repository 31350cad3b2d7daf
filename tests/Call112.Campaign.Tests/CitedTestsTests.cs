namespace Call112.Campaign.Tests;

/// <summary>Which test is said to cover which failure, from the text of the sources. A wrong answer here is a false claim on the page.</summary>
public class CitedTestsTests
{
    private const string Source = """"
        using Call112.Messages;

        namespace Call112.Station.Tests;

        /// <summary>A class about two things (F3, F9).</summary>
        [Collection("one")]
        public sealed class LinkTests(Site site) : SystemTest
        {
            private const string Hex = "F17";

            /// <summary>F11: about a constant, not about a test.</summary>
            private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(1);

            [Fact]
            public void A_deaf_station_says_so()
            {
                // F8: the reason.
                var text = """
                    // F21 is in a text
                    """;
                Assert.NotNull(text); // and F14
            }

            /// <summary>F2, and F20.</summary>
            [Theory]
            [InlineData("F19")] // F18
            [InlineData("b")]
            public async Task<int> Second_copy_does_not_sound_F6(string name) => await Task.FromResult(name.Length);

            /// <summary>F1: not a test.</summary>
            public void Dispose() => s_wait.ToString();

            [Fact]
            public void Nothing_is_cited_here() => Assert.Equal(0xF4, 244);

            private sealed class Inner
            {
                // F5
            }
        }

        /// <summary>Another class (F7).</summary>
        public class OtherTests
        {
            [Fact(Timeout = 1)]
            public void One() => Assert.True(true);
        }

        public sealed unsafe class ThirdTests
        {
            [Fact]
            public void Two() => Assert.True(true);
        }
        """";

    [Theory]
    [InlineData("A_deaf_station_says_so", "3 8 9 14")]
    [InlineData("Second_copy_does_not_sound_F6", "2 3 6 9 18 20")]
    [InlineData("Nothing_is_cited_here", "3 9")]
    [InlineData("One", "7")]
    [InlineData("Two", "")]
    public void A_test_covers_what_its_class_its_comments_and_its_name_cite(string method, string failures)
    {
        var test = Assert.Single(CitedTests.In(Source, "A/B.cs"), test => test.Method == method);
        Assert.Equal(failures, string.Join(' ', test.Failures));
        Assert.Equal("A/B.cs", test.Path);
    }

    [Fact]
    public void Every_test_is_found_and_nothing_else()
    {
        Assert.Equal(
            [
                "LinkTests.A_deaf_station_says_so", "LinkTests.Second_copy_does_not_sound_F6", "LinkTests.Nothing_is_cited_here",
                "OtherTests.One", "ThirdTests.Two",
            ],
            CitedTests.In(Source, "x.cs").Select(test => $"{test.Class}.{test.Method}"));
        Assert.Equal("Call112.Station.Tests.OtherTests.One", CitedTests.In(Source, "x.cs")[3].FullName);
    }

    [Theory]
    [InlineData("F1 and F21, not F0 F22 F222", "1 21")]
    [InlineData("xF1 0xF1 F1a #F2 \\U0001F692 F-1", "")]
    [InlineData("(F4,F5) F6: F7.", "4 5 6 7")]
    [InlineData("Sounds_once_F6", "6")]
    public void A_citation_is_a_number_of_the_list_and_no_part_of_a_word(string text, string numbers) =>
        Assert.Equal(numbers, string.Join(' ', CitedTests.NumbersIn(text)));

    /// <summary>A class that is declared in a way the scanner does not know would stand on the page without a name, and its tests without an outcome.</summary>
    [Fact]
    public void Of_every_test_of_this_repository_the_class_is_found() =>
        Assert.DoesNotContain(CitedTests.Below(Tests.Folder), test => test.Class.Length == 0 || test.Namespace.Length == 0);

    /// <summary>Against the sources themselves: what the scanner finds in an assembly's project is what the test runner finds there.</summary>
    [Fact]
    public void The_scanner_finds_the_tests_of_this_project_as_the_runner_does()
    {
        var declared = typeof(CitedTestsTests).Assembly.GetTypes().SelectMany(type => type.GetMethods()
            .Where(method => method.GetCustomAttributes(typeof(FactAttribute), inherit: true).Length > 0)
            .Select(method => $"{type.FullName}.{method.Name}"));
        var scanned = CitedTests.Below(Tests.Folder).Where(test => test.Path.StartsWith("Call112.Campaign.Tests/", StringComparison.Ordinal));
        Assert.Equal(declared.Order(StringComparer.Ordinal), scanned.Select(test => test.FullName).Order(StringComparer.Ordinal));
    }
}
