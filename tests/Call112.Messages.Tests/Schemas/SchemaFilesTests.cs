namespace Call112.Messages.Tests.Schemas;

/// <summary>The schemas in the repository are the schemas of the types.</summary>
public class SchemaFilesTests
{
    [Theory]
    [MemberData(nameof(Wire.Names), MemberType = typeof(Wire))]
    public void The_published_schema_is_the_schema_of_the_type(string name)
    {
        var wire = Wire.Of(name);
        var path = Path.Combine(SchemaExport.Folder, SchemaExport.FileName(wire));
        var exported = SchemaExport.Text(wire);
        if (Environment.GetEnvironmentVariable(SchemaExport.WriteVariable) == "1")
        {
            Directory.CreateDirectory(SchemaExport.Folder);
            File.WriteAllText(path, exported);
        }

        var published = File.Exists(path) ? File.ReadAllText(path) : "";
        Assert.True(
            published == exported,
            $"{path} is not the schema of {wire.Type.Name}. If the change is wanted, rewrite it: {SchemaExport.WriteCommand}\n"
            + FirstDifference(published, exported));
    }

    [Fact]
    public void No_schema_lies_beside_those_of_the_messages() => Assert.Equal(
        Wire.All.Select(SchemaExport.FileName).Order(StringComparer.Ordinal),
        Directory.EnumerateFiles(SchemaExport.Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_described_field_exists()
    {
        Type[] types = [.. SchemaTerms.Messages.Keys, typeof(Incident), typeof(Location), typeof(GnssReading), typeof(ModemVitals), typeof(UpdateOffer)];
        Assert.Empty(SchemaTerms.Keys.Except(types.SelectMany(type => type.GetConstructors().Single().GetParameters().Select(field => $"{type.Name}.{field.Name}"))));
    }

    private static string FirstDifference(string published, string exported)
    {
        var (old, now) = (published.Split('\n'), exported.Split('\n'));
        var line = Enumerable.Range(0, Math.Max(old.Length, now.Length)).FirstOrDefault(i => old.ElementAtOrDefault(i) != now.ElementAtOrDefault(i));
        return $"line {line + 1}\n  file: {old.ElementAtOrDefault(line)}\n  type: {now.ElementAtOrDefault(line)}";
    }
}
