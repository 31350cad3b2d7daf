using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using CsCheck;

namespace Call112.Messages.Tests.Schemas;

/// <summary>Schema and reader are one contract: each walks the schema of every message and holds the reader against it, on both sides of every limit.</summary>
public class SchemaReaderAgreementTests
{
    private static readonly Type[] s_nested = [typeof(Incident), typeof(Location), typeof(GnssReading), typeof(ModemVitals), typeof(UpdateOffer)];

    private static readonly SchemaField[] s_fields = [.. Wire.All.SelectMany(SchemaField.Of)];

    [Fact]
    public void Every_field_of_every_type_is_a_field_of_its_schema()
    {
        foreach (var wire in Wire.All)
        {
            var paths = SchemaField.Of(wire).Select(field => field.Path).ToList();
            Assert.Equal(Paths(wire.Type, "").Order(), paths.Order());
        }
    }

    [Fact]
    public void A_required_field_that_is_missing_or_null_is_refused_by_its_name()
    {
        foreach (var field in Some(field => field.Required))
        {
            field.Wire.RefusesNaming(field.Path, field.ExampleWithout());
            field.Refuses("null");
        }
    }

    [Fact]
    public void An_optional_field_may_be_missing_or_null()
    {
        foreach (var field in Some(field => !field.Required))
        {
            field.AcceptsText(field.ExampleWithout());
            field.Accepts("null");
        }
    }

    [Fact]
    public void The_required_fields_are_those_of_the_contract()
    {
        Assert.Equal(
            ["dispatchId", "messageType", "status", "sentAt", "expiresAt", "incident", "incident.incidentId", "incident.category"],
            s_fields.Where(field => field is { Required: true, Wire.Name: "dispatch" }).Select(field => field.Path));
        Assert.Equal(
            ["stationId", "sequence", "bootId", "event", "occurredAt", "recordedAt", "clock", "source"],
            s_fields.Where(field => field is { Required: true, Wire.Name: "report" }).Select(field => field.Path));
    }

    [Fact]
    public void A_number_just_outside_its_limits_is_refused_by_its_name_and_the_limit_itself_is_taken()
    {
        foreach (var field in Some(field => field.Is("integer") || field.Is("number")))
        {
            var step = field.Is("integer") ? 1m : 0.000_001m;
            Assert.NotNull(field.Keyword("minimum"));
            Assert.True(field.Keyword("maximum") is not null || field.Is("number"), $"{field.Path}: a whole number without an upper limit");
            if (Limit(field, "minimum") is { } minimum)
            {
                field.Accepts(Number(minimum));
                field.Refuses(Number(minimum - step));
            }

            if (Limit(field, "maximum") is { } maximum)
            {
                field.Accepts(Number(maximum));
                field.Refuses(Number(maximum + step));
            }
        }
    }

    [Fact]
    public void A_text_is_taken_exactly_when_the_pattern_of_the_schema_matches()
    {
        foreach (var field in Some(field => field.Keyword("pattern") is not null))
        {
            // In .NET "$" also stands before a final line feed; in JSON Schema (ECMA 262) it does not.
            var pattern = new Regex(field.Keyword("pattern")!.Replace("$", @"\z", StringComparison.Ordinal), RegexOptions.CultureInvariant);
            Gen.OneOf(MessageGen.Text, MessageGen.Name, Gen.Char["aZ09-_ \n"].Array[0, 45].Select(letters => new string(letters))).Sample(
                text =>
                {
                    if (pattern.IsMatch(text))
                        field.Accepts(JsonSerializer.Serialize(text));
                    else
                        field.Refuses(JsonSerializer.Serialize(text));
                },
                iter: 500);
        }
    }

    [Fact]
    public void A_text_or_list_just_outside_its_length_is_refused_by_its_name_and_the_limit_itself_is_taken()
    {
        foreach (var field in Some(field => field.Keyword("minLength") is not null))
        {
            Assert.Equal("1", field.Keyword("minLength"));
            field.Accepts("\"x\"");
            field.Refuses("\"\"");
        }

        foreach (var field in Some(field => field.Is("array")))
        {
            var most = (int)Limit(field, "maxItems")!.Value;
            field.Accepts(JsonSerializer.Serialize(Enumerable.Repeat("bay", most)));
            field.Refuses(JsonSerializer.Serialize(Enumerable.Repeat("bay", most + 1)));
        }
    }

    [Fact]
    public void Every_word_of_an_enum_is_taken_and_an_unknown_one_only_where_the_schema_says_as_what()
    {
        foreach (var field in Some(field => field.Keyword("enum") is not null))
        {
            foreach (var word in field.Schema["enum"]!.AsArray())
                field.Accepts(word?.ToJsonString() ?? "null");

            if (field.Keyword("description")!.Contains("takes an unknown word as", StringComparison.Ordinal))
                field.Accepts("\"OfALaterVersion\"");
            else
                field.Refuses("\"OfALaterVersion\"");
        }
    }

    private static List<SchemaField> Some(Func<SchemaField, bool> condition)
    {
        var fields = s_fields.Where(condition).ToList();
        Assert.NotEmpty(fields);
        return fields;
    }

    private static decimal? Limit(SchemaField field, string keyword) =>
        field.Keyword(keyword) is { } text ? decimal.Parse(text, CultureInfo.InvariantCulture) : null;

    private static string Number(decimal value) => value.ToString(CultureInfo.InvariantCulture);

    private static IEnumerable<string> Paths(Type type, string prefix)
    {
        // What a record is made of; its computed properties are not on the wire.
        foreach (var field in type.GetConstructors().Single().GetParameters())
        {
            var path = prefix + JsonNamingPolicy.CamelCase.ConvertName(field.Name!);
            yield return path;
            if (s_nested.Contains(field.ParameterType))
                foreach (var inner in Paths(field.ParameterType, $"{path}."))
                    yield return inner;
        }
    }
}
