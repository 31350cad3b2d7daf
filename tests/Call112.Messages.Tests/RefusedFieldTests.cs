using System.Text;
using Call112.Messages.Tests.Schemas;
using CsCheck;

namespace Call112.Messages.Tests;

/// <summary>An impossible value is refused, and the reason names the field: for every field of every message.</summary>
public class RefusedFieldTests
{
    private static readonly SchemaField[] s_fields = [.. Wire.All.SelectMany(SchemaField.Of)];

    /// <summary>A value of each JSON type, with the type's name in a schema.</summary>
    private static readonly (string JsonType, string Json)[] s_values =
    [
        ("string", "\"x\""), ("boolean", "true"), ("boolean", "false"), ("integer", "3"), ("number", "2.5"),
        ("array", "[]"), ("array", "[\"x\"]"), ("object", "{}"), ("object", "{\"x\":1}"),
    ];

    [Fact]
    public void A_value_of_a_wrong_type_is_refused_by_the_name_of_its_field()
    {
        var refused = 0;
        foreach (var field in s_fields)
            foreach (var (jsonType, json) in s_values)
            {
                if (field.Is(jsonType) || (jsonType == "integer" && field.Is("number")))
                    continue;
                field.Refuses(json);
                refused++;
            }

        Assert.True(refused > s_fields.Length, $"only {refused} refusals");
    }

    [Fact]
    public void A_list_with_something_else_than_texts_is_refused_by_its_name()
    {
        foreach (var field in s_fields.Where(field => field.Is("array")))
            foreach (var json in (string[])["[1]", "[\"bay\",null]", "[[\"bay\"]]", "[{}]", "[true]"])
                field.Refuses(json);
    }

    [Fact]
    public void A_number_beyond_every_measure_is_refused_by_the_name_of_its_field()
    {
        foreach (var field in s_fields.Where(field => field.Is("integer") || field.Is("number")))
        {
            string[] numbers = ["1e400", "-1e400", "-99999999999999999999", "-9223372036854775809", new string('9', 400)];
            foreach (var json in numbers)
                field.Refuses(json);
        }

        foreach (var field in s_fields.Where(field => field.Is("integer")))
            foreach (var json in (string[])["99999999999999999999", "9223372036854775807", "9223372036854775808", "9007199254740992", "2.5", "1e-3"])
                field.Refuses(json);
    }

    [Theory]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("-Infinity")]
    [InlineData("+1")]
    [InlineData("01")]
    [InlineData(".5")]
    [InlineData("1.")]
    [InlineData("0x10")]
    [InlineData("undefined")]
    [InlineData("'x'")]
    public void A_value_that_is_no_JSON_refuses_the_whole_message(string notJson)
    {
        foreach (var field in s_fields)
        {
            var reading = field.Wire.ReadAnything(Encoding.UTF8.GetBytes(field.ExampleWith(notJson)));
            Assert.StartsWith("not JSON: ", reading.Reason, StringComparison.Ordinal);
            Assert.Equal("", Assert.Single(reading.Errors).Field);
        }
    }

    [Theory]
    [InlineData("\\ud83d")]
    [InlineData("\\ude92")]
    [InlineData("Api \\ud83d di lantai dua")]
    [InlineData("\\ude92\\ud83d")]
    public void Half_a_surrogate_pair_is_refused_by_the_name_of_its_field(string text)
    {
        foreach (var field in s_fields.Where(field => field.Is("string")))
            field.Refuses($"\"{text}\"");
        foreach (var field in s_fields.Where(field => field.Is("array")))
            field.Refuses($"[\"bay\",\"{text}\"]");
    }

    [Fact]
    public void A_time_or_an_id_that_is_none_is_refused_by_the_name_of_its_field()
    {
        foreach (var field in s_fields.Where(field => field.Keyword("format") == "date-time"))
            foreach (var json in (string[])["\"\"", "\"now\"", "\"2026-11-23\"", "\"2026-11-23T06:05:07\"", "\"2026-02-30T06:05:07Z\""])
                field.Refuses(json);

        foreach (var field in s_fields.Where(field => field.Keyword("format") == "uuid"))
            foreach (var json in (string[])["\"\"", "\"019ab3c4-…\"", "\"00000000-0000-0000-0000-000000000000\"", "\"019ab3c47d1e7c119a3b2f6d4c8e0a11\""])
                field.Refuses(json);
    }

    [Fact]
    public void All_wrong_fields_are_named_in_one_refusal_and_the_dispatch_id_stays_readable()
    {
        var tree = Wire.Of("dispatch").ExampleTree();
        tree["sentAt"] = "yesterday";
        tree["incident"]!["priority"] = 9;
        tree["incident"]!["location"]!["latitude"] = 91;
        tree["incident"]!.AsObject().Remove("category");

        var parsed = MessageReader.ReadDispatch(Encoding.UTF8.GetBytes(tree.ToJsonString()));

        Assert.Null(parsed.Value);
        Assert.Equal(new Guid("019ab3c4-7d1e-7c11-9a3b-2f6d4c8e0a11"), parsed.DispatchId);
        Assert.Equal(
            ["incident.category", "incident.location.latitude", "incident.priority", "sentAt"],
            parsed.Errors.Select(error => error.Field).Order(StringComparer.Ordinal));
        // The text of a Rejected report: "field: reason; …".
        Assert.Contains("incident.category: missing; ", parsed.Reason, StringComparison.Ordinal);
        Assert.Contains("incident.priority: must be a whole number from 1 to 5", parsed.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"upTo":1,"new":{"a":1,"b":2,"a":1}}""", "new.a")]
    [InlineData("""{"upTo":1,"new":[1,{"a":[[{"b":{},"b":{}}]]}]}""", "new[1].a[0][0].b")]
    public void A_field_that_is_there_twice_is_refused_by_its_path_wherever_it_stands(string json, string path)
    {
        var reading = Wire.Of("receipt").ReadAnything(Encoding.UTF8.GetBytes(json));

        Assert.Null(reading.Value);
        Assert.Equal(new FieldError(path, "is there twice"), Assert.Single(reading.Errors));
    }

    [Fact]
    public void One_field_twice_is_found_among_any_number_of_others_and_never_where_there_is_none() =>
        Gen.Select(Gen.Int[0, 60], Gen.Int[0, 59], Gen.Bool).Sample((fields, which, twice) =>
        {
            var names = Enumerable.Range(0, fields).Select(i => $"new{i}").ToList();
            var doubled = twice && fields > 0 ? names[which % fields] : null;
            if (doubled is not null)
                names.Add(doubled);
            var json = $$"""{"upTo":112{{string.Concat(names.Select(name => $",\"{name}\":0"))}}}""";

            var reading = Wire.Of("receipt").ReadAnything(Encoding.UTF8.GetBytes(json));

            Assert.Equal(doubled is null ? [] : [new FieldError(doubled, "is there twice")], reading.Errors);
            Assert.Equal(doubled is null, reading.Value is not null);
        });

    [Fact]
    public void A_long_reason_is_cut_between_two_characters()
    {
        // The refusal of a duplicate key quotes the key; each offset puts the limit on another half of a pair.
        for (var offset = 0; offset < 4; offset++)
        {
            var key = new string('x', offset) + string.Concat(Enumerable.Repeat("🚒", 800));
            var reading = Wire.Of("receipt").ReadAnything(Encoding.UTF8.GetBytes($"{{\"{key}\":1,\"{key}\":2}}"));
            Assert.Null(reading.Value);
            Assert.InRange(reading.Reason.Length, 1, Report.TextMaxLength);
            Assert.False(char.IsHighSurrogate(reading.Reason[^1]));
        }
    }
}
