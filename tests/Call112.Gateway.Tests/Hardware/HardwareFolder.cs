using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Call112.Gateway.Tests.Hardware;

/// <summary>The hardware folder as these tests read it: texts, and rows of CSV files by column name.</summary>
internal static class HardwareFolder
{
    private static readonly string s_root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../../../hardware"));

    public static string PathOf(string path) => Path.Combine(s_root, path);

    public static string Text(string path) => File.ReadAllText(PathOf(path));

    /// <summary>
    /// Rows of a CSV file (comma, double quotes, no line break inside a field). A row of another length than the header fails the test.
    /// </summary>
    public static IReadOnlyList<IReadOnlyDictionary<string, string>> Rows(string path)
    {
        var lines = Text(path).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var header = Fields(lines[0]);
        var rows = new List<IReadOnlyDictionary<string, string>>();
        foreach (var line in lines.Skip(1))
        {
            var fields = Fields(line);
            Assert.True(fields.Count == header.Count, $"{path}: {fields.Count} fields instead of {header.Count} in: {line}");
            rows.Add(header.Zip(fields).ToDictionary(pair => pair.First, pair => pair.Second));
        }

        return rows;
    }

    public static double Number(this IReadOnlyDictionary<string, string> row, string column) =>
        double.Parse(row[column], CultureInfo.InvariantCulture);

    private static List<string> Fields(string line)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        foreach (var c in line)
        {
            if (c == '"')
                quoted = !quoted;
            else if (c == ',' && !quoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
                field.Append(c);
        }

        fields.Add(field.ToString());
        return fields;
    }

    private static string Here([CallerFilePath] string path = "") => path;
}
