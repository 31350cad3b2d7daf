using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Call112.Gateway.Board.Profiles;

namespace Call112.Gateway.Tests.Board.Profiles;

/// <summary>hardware/boards/board.schema.json says what the records say, and every profile keeps to it.</summary>
public sealed class BoardSchemaTests
{
    private static readonly JsonObject s_schema = JsonNode.Parse(File.ReadAllText(Path.Combine(BoardFiles.Boards, "board.schema.json")))!.AsObject();

    /// <summary>Each record, and where its form stands in the schema.</summary>
    private static readonly (Type Record, JsonObject Form)[] s_forms =
    [
        (typeof(BoardProfile), s_schema),
        .. ((Type[])[
            typeof(WiredTo), typeof(CardChannel), typeof(OutputLine), typeof(OutputFeedback), typeof(InputLine), typeof(SupervisedLoop),
            typeof(BoardDevice), typeof(Hat), typeof(HatPin), typeof(Remedy)])
            .Select(type => (type, s_schema["$defs"]![JsonNamingPolicy.CamelCase.ConvertName(type.Name)]!.AsObject())),
    ];

    public static TheoryData<string> Shipped => [.. BoardFiles.Shipped];

    [Theory]
    [MemberData(nameof(Shipped))]
    public void Every_shipped_profile_keeps_to_the_schema(string file) =>
        Assert.Empty(SchemaFaults.Of(JsonNode.Parse(File.ReadAllText(Path.Combine(BoardFiles.Boards, file))), s_schema, s_schema));

    /// <summary>The evaluator is ours: it must see what the broken profiles and these changes do wrong.</summary>
    [Theory]
    [InlineData("""{"name":"a","description":"a","chip":["p"],"outputs":[]}""", "$: lacks inputs")]
    [InlineData("""{"name":"A","description":"a","chip":["p"],"outputs":[],"inputs":[]}""", "$.name: does not match ^[a-z0-9-]+$")]
    [InlineData("""{"name":"a","description":"a","chip":[],"outputs":[],"inputs":[]}""", "$.chip: fewer than 1")]
    [InlineData("""{"name":"a","description":"a","chip":["gpiochip0"],"outputs":[],"inputs":[]}""", "$.chip[0]: is what it must not be")]
    [InlineData("""{"name":"a","description":"a","chip":["p"],"outputs":[],"inputs":[],"x":1}""", "$.x: no such field")]
    [InlineData("""{"name":"a","description":"a","chip":["p"],"outputs":[],"inputs":[],"i2cBus":256}""", "$.i2cBus: above 255")]
    [InlineData("""{"name":"a","description":"a","chip":["p"],"outputs":[],"inputs":[],"i2cBus":"1"}""", "$.i2cBus: no integer")]
    [InlineData("""{"name":"a","description":"a","chip":["p"],"outputs":[],"inputs":[{"function":"panik","to":{"gpio":4}}]}""",
        "$.inputs[0].function: none of the words")]
    [InlineData("""{"name":"a","description":"a","chip":["p"],"outputs":[],"inputs":[{"function":"panic","to":{"gpio":4,"line":"x"}}]}""",
        "$.inputs[0].to: fits 2 of the choices")]
    public void The_schema_refuses(string json, string fault) => Assert.Equal([fault], SchemaFaults.Of(JsonNode.Parse(json), s_schema, s_schema));

    [Fact]
    public void Every_record_is_in_the_schema_with_its_fields_their_types_and_what_is_required()
    {
        foreach (var (record, form) in s_forms)
        {
            var parameters = record.GetConstructors().Single(constructor => constructor.GetParameters().Length > 1
                || record == typeof(Remedy)).GetParameters();
            var fields = form["properties"]!.AsObject();
            Assert.Equal(parameters.Select(NameOf).Order(StringComparer.Ordinal), fields.Select(field => field.Key).Order(StringComparer.Ordinal));
            Assert.Equal(
                parameters.Where(parameter => !parameter.HasDefaultValue).Select(NameOf).Order(StringComparer.Ordinal),
                form["required"]!.AsArray().Select(name => (string)name!).Order(StringComparer.Ordinal));
            foreach (var parameter in parameters)
                Agree($"{record.Name}.{parameter.Name}", parameter, fields[NameOf(parameter)]!.AsObject());
        }

        static string NameOf(ParameterInfo parameter) => parameter.Name == "Schema"
            ? "$schema" : JsonNamingPolicy.CamelCase.ConvertName(parameter.Name!);
    }

    [Fact]
    public void The_words_for_functions_and_remedies_are_those_that_the_check_knows()
    {
        Assert.Equal(ProfileCheck.OutputFunctions, Words("outputLine", "function"));
        Assert.Equal(ProfileCheck.InputFunctions, Words("inputLine", "function"));
        Assert.Equal(ProfileCheck.Remediable.Select(rule => rule.ToString()), Words("remedy", "rule"));

        static IEnumerable<string> Words(string form, string field) =>
            s_schema["$defs"]![form]!["properties"]![field]!["enum"]!.AsArray().Select(word => (string)word!);
    }

    /// <summary>Type, words and default of a field on both sides.</summary>
    private static void Agree(string name, ParameterInfo parameter, JsonObject field)
    {
        var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        if (type.IsEnum)
        {
            if (type != typeof(FindingRule))
                Assert.Equal(Enum.GetNames(type), field["enum"]!.AsArray().Select(word => (string)word!));
            if (parameter.HasDefaultValue)
                Assert.Equal(Enum.GetName(type, parameter.DefaultValue!), (string?)field["default"]);
            return;
        }

        var expected = Type.GetTypeCode(type) switch
        {
            TypeCode.Int32 => "integer",
            TypeCode.Double => "number",
            TypeCode.Boolean => "boolean",
            TypeCode.String => "string",
            _ => type.IsGenericType ? "array" : "",
        };
        if (expected.Length == 0)
            Assert.Equal($"#/$defs/{JsonNamingPolicy.CamelCase.ConvertName(type.Name)}", (string?)field["$ref"]);
        else if (field["enum"] is null)
            Assert.True(expected == (string?)field["type"], $"{name} is {field["type"]}, not {expected}");
        if (parameter is { HasDefaultValue: true, DefaultValue: { } value })
            Assert.Equal(JsonSerializer.Serialize(value), field["default"]?.ToJsonString());
    }
}
