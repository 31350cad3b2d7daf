using System.Text.Json;
using Call112.Gateway.Options;

namespace Call112.Gateway.Verbs;

/// <summary><c>call112-gateway check-config</c>: the options as they would take effect, in the form of station.json.</summary>
internal static class CheckConfigVerb
{
    public static int Run(string? config)
    {
        if (CommandLine.Options(config) is not { } options)
            return CommandLine.WrongOptions;
        Console.Out.WriteLine(JsonSerializer.Serialize(OptionsWriter.ToFile(options), StationFileJsonContext.Default.StationFile));
        return CommandLine.Well;
    }
}
