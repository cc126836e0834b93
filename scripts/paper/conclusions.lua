return function(samples, s, rows)
 local frit = require "frit"
 rows[1] = {quantity="T_r (FSDP area)", sample="HPT", found=samples[3].kinks.area.temperature, tolerance=3}
end
