using System.Globalization;
using Call112.Rig.Scenarios;
using Call112.Rig.Stations;

namespace Call112.Rig;

/// <summary>What <c>tests/rig/init</c> hands over: <c>name=value</c>, for they come through the kernel's command line.</summary>
/// <param name="Libgpiod"><c>v1</c> or <c>v2</c>: for the report; the library itself is chosen by the environment.</param>
/// <param name="Only">Names of scenarios, or empty for all.</param>
/// <param name="Folder">In memory.</param>
internal sealed record RigArguments(
    string Gateway, string Mosquitto, string Folder, string Libgpiod, Sizes Sizes, IReadOnlyList<string> Only, string? BouncePath, int Seed, string Command)
{
    public const string Usage = "usage: Call112.Rig gateway=FILE mosquitto=FILE folder=FOLDER libgpiod=v1|v2 [sizes=full|short] [only=NAME,NAME] [bounce=FILE] [seed=N] [command=TEXT]";

    public static RigArguments? Parse(IReadOnlyList<string> arguments)
    {
        var values = new Dictionary<string, string>();
        foreach (var argument in arguments)
        {
            var equals = argument.IndexOf('=');
            if (equals <= 0)
                return null;
            values[argument[..equals]] = argument[(equals + 1)..];
        }

        var only = values.GetValueOrDefault("only", "").Split(',', StringSplitOptions.RemoveEmptyEntries);
        foreach (var name in only)
            if (Scenario.All.All(scenario => scenario.Name != name))
            {
                Console.Error.WriteLine($"no scenario '{name}'; there are {string.Join(' ', Scenario.All.Select(scenario => scenario.Name))}");
                return null;
            }

        if (!values.TryGetValue("gateway", out var gateway) || !values.TryGetValue("mosquitto", out var mosquitto)
            || !values.TryGetValue("folder", out var folder) || !values.TryGetValue("libgpiod", out var libgpiod)
            || !int.TryParse(values.GetValueOrDefault("seed", "112"), NumberStyles.None, CultureInfo.InvariantCulture, out var seed))
            return null;
        Sizes? sizes = values.GetValueOrDefault("sizes", "full") switch { "full" => Sizes.Full, "short" => Sizes.Short, _ => null };
        var bounce = values.GetValueOrDefault("bounce");
        return sizes is null
            ? null
            : new RigArguments(gateway, mosquitto, folder, libgpiod, sizes, only, File.Exists(bounce) ? bounce : null, seed, values.GetValueOrDefault("command", "tests/rig/run"));
    }
}
