using System.Globalization;
using System.Runtime.CompilerServices;

namespace Call112.Fuzz;

/// <summary>dotnet run -c Release --project tests/Call112.Fuzz -- --target all --seconds 60 --seed 1</summary>
internal static class Program
{
    private const string Usage = "call112-fuzz [--target all|NAME] [--seconds N, for each target] [--seed N] [--keep FOLDER for new inputs] | --seeds FOLDER writes the corpus anew";

    private static int Main(string[] arguments)
    {
        // Before anything touches a parser: an assembly that is loaded cannot be given its counters any more.
        EdgeMap.Instrument();
        return Run(arguments);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Run(string[] arguments)
    {
        var (target, seconds, seed, keep) = ("all", 60.0, 1, (string?)null);
        for (var i = 0; i < arguments.Length; i += 2)
        {
            var value = i + 1 < arguments.Length ? arguments[i + 1] : "";
            switch (arguments[i])
            {
                case "--target":
                    target = value;
                    break;
                case "--seconds" when double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out seconds):
                case "--seed" when int.TryParse(value, NumberStyles.Integer, CultureInfo.InvariantCulture, out seed):
                    break;
                case "--keep":
                    keep = value;
                    break;
                case "--seeds":
                    Seeds.Write(value);
                    return 0;
                default:
                    Console.Error.WriteLine(Usage);
                    return 2;
            }
        }

        var targets = FuzzTargets.All.Where(known => target == "all" || known.Name == target).ToList();
        if (targets.Count == 0)
        {
            Console.Error.WriteLine($"no target '{target}'; there are: {string.Join(' ', FuzzTargets.All.Select(known => known.Name))}");
            return 2;
        }

        return new FuzzRun(targets, TimeSpan.FromSeconds(seconds), seed, keep).Run();
    }
}
