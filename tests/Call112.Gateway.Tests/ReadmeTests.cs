using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Call112.Gateway.Options;
using Microsoft.Extensions.Logging;

namespace Call112.Gateway.Tests;

/// <summary>The gateway's README is what a technician reads: it must name every option and every log event.</summary>
public sealed class ReadmeTests
{
    private static readonly string s_readme = File.ReadAllText(Path.Combine(Path.GetDirectoryName(Here())!, "../../src/Call112.Gateway/README.md"));

    public static TheoryData<string> Fields
    {
        get
        {
            var fields = new TheoryData<string>();
            foreach (var part in typeof(StationFile).GetProperties())
            {
                var name = JsonNamingPolicy.CamelCase.ConvertName(part.Name);
                var type = part.PropertyType.IsGenericType ? part.PropertyType.GenericTypeArguments[0] : part.PropertyType;
                foreach (var property in type.GetProperties())
                {
                    var path = JsonNamingPolicy.CamelCase.ConvertName(property.Name);
                    fields.Add(name switch
                    {
                        "timing" => path,
                        "uplinks" => $"uplinks[0].{path}",
                        _ => $"{name}.{path}",
                    });
                }
            }

            return fields;
        }
    }

    [Theory]
    [MemberData(nameof(Fields))]
    public void Every_option_is_in_the_table(string field) => Assert.Contains($"`{field}`", s_readme, StringComparison.Ordinal);

    [Fact]
    public void Every_log_event_is_in_the_table_with_its_number()
    {
        foreach (var field in typeof(LogEvents).GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            var id = (EventId)field.GetValue(null)!;
            Assert.Contains($"| {id.Id} `{id.Name}` |", s_readme, StringComparison.Ordinal);
        }
    }

    private static string Here([CallerFilePath] string path = "") => path;
}
