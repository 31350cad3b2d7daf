using System.Text.RegularExpressions;

namespace Call112.Campaign;

/// <summary>A test method of the sources, and the field failures that it cites.</summary>
/// <param name="Class">Name without namespace.</param>
/// <param name="Path">Relative to the folder that was scanned, with slashes.</param>
public sealed record CitedTest(string Namespace, string Class, string Method, string Path, IReadOnlySet<int> Failures)
{
    public string FullName => $"{Namespace}.{Class}.{Method}";
}

/// <summary>
/// Finds which test cites which field failure, from the text of the sources alone. A citation counts for one test when it stands in the
/// comment or the attributes above the method, in a comment within it, or in its name (<c>…_F6</c>); for every test of a class when it
/// stands in the comment above the class. Relies on the house's format (<c>dotnet format</c>): classes at the margin, their members four
/// columns in.
/// </summary>
public static partial class CitedTests
{
    private const string MemberIndent = "    ";

    /// <summary>All tests below a folder, those without a citation too.</summary>
    public static IReadOnlyList<CitedTest> Below(string folder) =>
    [
        .. Directory.EnumerateDirectories(folder, "*.Tests").Order(StringComparer.Ordinal)
            .SelectMany(project => Directory.EnumerateFiles(project, "*.cs", SearchOption.AllDirectories)).Order(StringComparer.Ordinal)
            .SelectMany(file => In(File.ReadAllText(file), System.IO.Path.GetRelativePath(folder, file).Replace('\\', '/'))),
    ];

    /// <summary>The tests of one file.</summary>
    public static IReadOnlyList<CitedTest> In(string source, string path)
    {
        var scan = new Scan(path);
        foreach (var line in source.Split('\n'))
            scan.Take(line.TrimEnd());
        return scan.Tests;
    }

    /// <summary>The failures that a text cites: F1 to F21, also at the end of a name, and no hexadecimal digits.</summary>
    public static IEnumerable<int> NumbersIn(string text) =>
        Citation().Matches(text).Select(match => FieldFailures.NumberOf(match.Value)).OfType<int>();

    [GeneratedRegex("(?<![A-Za-z0-9#])F[0-9]{1,2}(?![A-Za-z0-9])")]
    private static partial Regex Citation();

    [GeneratedRegex("\"{3,}")]
    private static partial Regex RawQuotes();

    [GeneratedRegex(@"^(?:public |internal |file )(?:sealed |abstract |static |partial |unsafe )*class (\w+)")]
    private static partial Regex ClassLine();

    [GeneratedRegex(@"^    public (?:async |static |override |unsafe )*[\w<>\[\], ?.]+? (\w+)\(")]
    private static partial Regex MethodLine();

    /// <summary>A comment, or one that follows code; never what stands in a string before it.</summary>
    private static string CommentOf(string line) => line.TrimStart() is var text && text.StartsWith("//", StringComparison.Ordinal)
        ? text
        : line.IndexOf(" // ", StringComparison.Ordinal) is >= 0 and var at ? line[at..] : "";

    private sealed class Scan(string path)
    {
        private readonly List<(string Class, string Method, HashSet<int> Failures)> _tests = [];
        private readonly Dictionary<string, HashSet<int>> _ofClass = [];
        private readonly HashSet<int> _above = [];
        private string _namespace = "", _class = "";
        private bool _isTest;
        private HashSet<int>? _within;

        /// <summary>How many quotes end the raw text that the line is in; 0 outside of one. What stands in a text cites nothing.</summary>
        private int _textEnds;

        public IReadOnlyList<CitedTest> Tests =>
        [
            .. _tests.Select(test => new CitedTest(
                _namespace, test.Class, test.Method, path, new SortedSet<int>(test.Failures.Concat(_ofClass.GetValueOrDefault(test.Class, []))))),
        ];

        public void Take(string line)
        {
            var isText = _textEnds > 0;
            foreach (Match quotes in RawQuotes().Matches(line))
                if (_textEnds == 0)
                    _textEnds = quotes.Length;
                else if (quotes.Length >= _textEnds)
                    _textEnds = 0;
            if (isText)
                return;
            if (line.StartsWith("namespace ", StringComparison.Ordinal))
                _namespace = line["namespace ".Length..].TrimEnd(';');
            else if (line.Length > 0 && line[0] is not (' ' or '{' or '}'))
                AtTheMargin(line);
            else if (IsAMember(line))
                AtAMember(line);
            else
                _within?.UnionWith(NumbersIn(CommentOf(line)));
        }

        private static bool IsAMember(string line) =>
            line.Length > MemberIndent.Length && line.StartsWith(MemberIndent, StringComparison.Ordinal)
            && line[MemberIndent.Length] is not (' ' or '{' or '}');

        private void AtTheMargin(string line)
        {
            _within = null;
            if (ClassLine().Match(line) is { Success: true } found)
            {
                // A class that is continued in another place of the file keeps what was said above its first part.
                _class = found.Groups[1].Value;
                if (!_ofClass.TryGetValue(_class, out var cited))
                    _ofClass[_class] = cited = [];
                cited.UnionWith(_above);
                _above.Clear();
            }
            else if (line.StartsWith("//", StringComparison.Ordinal))
                _above.UnionWith(NumbersIn(line));
            else if (line[0] != '[')
                _above.Clear();
        }

        private void AtAMember(string line)
        {
            _within = null;
            var text = line.TrimStart();
            if (text.StartsWith("//", StringComparison.Ordinal))
                _above.UnionWith(NumbersIn(text));
            else if (text[0] == '[')
            {
                _isTest |= text.StartsWith("[Fact", StringComparison.Ordinal) || text.StartsWith("[Theory", StringComparison.Ordinal);
                _above.UnionWith(NumbersIn(CommentOf(line)));
            }
            else
            {
                if (_isTest && MethodLine().Match(line) is { Success: true } found)
                {
                    var name = found.Groups[1].Value;
                    _within = [.. _above, .. NumbersIn(name), .. NumbersIn(CommentOf(line))];
                    _tests.Add((_class, name, _within));
                }

                _isTest = false;
                _above.Clear();
            }
        }
    }
}
