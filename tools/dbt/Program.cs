return Dbt.Tool.CommandLine.Run(args);
